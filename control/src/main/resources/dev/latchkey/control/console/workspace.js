import { Activity } from './activity.js';
import { at } from './api.js';
import { h, useEffect } from './dom.js';
import { Keys } from './keys.js';
import { useLoaded } from './loading.js';
import { Button, Empty, Loading, Notice } from './parts.js';
import { TryRequest } from './tryrequest.js';

const VIEWS = [
  { id: 'keys', label: 'API keys', view: Keys },
  { id: 'activity', label: 'Activity', view: Activity },
  { id: 'try', label: 'Try a request', view: TryRequest },
];

/** The settings of one workspace. */
export function Workspace({ api, caller, workspace, tell, view, query }) {
  const { value, problem, again } = useLoaded((signal) => api.get(at(workspace), {}, signal), workspace);
  const chosen = VIEWS.find(({ id }) => id === view) || VIEWS[0];
  const name = value?.workspace.name || workspace;
  useEffect(() => {
    document.title = `${chosen.label} · ${name} · Latchkey`;
  }, [chosen, name]);
  if (!value) {
    return problem ? h(Unavailable, { workspace, problem, again }) : h(Loading, null, 'Loading the workspace …');
  }
  const mayManage = caller.role === 'manager' || caller.role === 'operator';
  return h(
    'section',
    null,
    h(
      'div',
      { class: 'crumbs' },
      h('span', null, 'Workspace settings'),
      h('span', { class: 'ws' }, name, name !== workspace && h('span', { class: 'mono faint' }, workspace)),
    ),
    value.workspace.state === 'inactive' &&
      h(
        Notice,
        { tone: 'warning', title: 'This workspace is inactive.' },
        'Every request with one of its keys is answered ',
        h('code', null, '403 AUTH_TENANT_INACTIVE'),
        ', until an operator activates the workspace.',
      ),
    h(
      'nav',
      { class: 'tabs', 'aria-label': 'Workspace settings' },
      VIEWS.map(({ id, label }) =>
        h(
          'a',
          {
            key: id,
            href: `#/${encodeURIComponent(workspace)}/${id}`,
            'aria-current': id === chosen.id ? 'page' : undefined,
          },
          label,
        ),
      ),
    ),
    h(chosen.view, { api, workspace, tell, mayManage, query }),
  );
}

const Unavailable = ({ workspace, problem, again }) =>
  problem.status === 404
    ? h(
        Empty,
        {
          icon: 'search',
          title: 'No such workspace',
          action: h('a', { class: 'button', href: '#/' }, 'Go to the workspaces'),
        },
        h('code', null, workspace),
        ' does not exist, or this token is not for it.',
      )
    : h(
        Empty,
        {
          icon: 'warn',
          title: 'The workspace cannot be shown now',
          action: h(Button, { onClick: again }, 'Try again'),
        },
        problem.message,
      );
