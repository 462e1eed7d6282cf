import { Dialog } from './dialog.js';
import { h } from './dom.js';
import { useLoaded } from './loading.js';
import { Replaced } from './keytable.js';
import { Button, Environment, Notice, State, Time } from './parts.js';
import { mayRotate } from './successors.js';
import { distance, moment } from './words.js';

/** All there is to know of a key. */
export function KeyDetails({ api, workspace, mayManage, successors, actions, about: { key } }) {
  const { value } = useLoaded((signal) => api.get('/v1/scopes', {}, signal), workspace);
  const means = Object.fromEntries((value?.scopes || []).map((scope) => [scope.name, scope.description]));
  const to = (kind) => () => actions.open(kind, { key });
  return h(
    Dialog,
    { title: key.name, onClose: actions.close, wide: true },
    h(
      'div',
      { class: 'body', tabIndex: 0, role: 'region', 'aria-label': 'Details' },
      key.answer_unconfirmed &&
        h(
          Notice,
          { tone: 'warning', title: 'Answer not confirmed.' },
          'Whether anybody received the secret of this key is not known, and it was not used yet. If nobody has it, rotate the key without overlap, or revoke it.',
        ),
      h(
        'dl',
        { class: 'sheet' },
        h(Line, { label: 'State' }, h(State, { of: key.state }), h(Replaced, { of: key, successors, actions })),
        h(Line, { label: 'Environment' }, h(Environment, { of: key.environment })),
        h(Line, { label: 'Start' }, h('code', null, `${key.start}…`)),
        h(Line, { label: 'Id' }, h('code', null, key.id)),
        h(Line, { label: 'Created' }, h(Both, { at: key.create_time, none: 'not known' })),
        h(Line, { label: 'Last used' }, h(Both, { at: key.last_used_time, none: 'not yet, or not known' })),
        h(Line, { label: 'Expires' }, h(Both, { at: key.expire_time, none: 'never' })),
        key.revoke_time && h(Line, { label: 'Revoked' }, h(Both, { at: key.revoke_time })),
        key.predecessor &&
          h(
            Line,
            { label: 'Replaces' },
            h(
              'button',
              { type: 'button', class: 'link', onClick: () => actions.openId(key.predecessor) },
              key.predecessor,
            ),
          ),
        h(Line, { label: 'Pepper' }, `version ${key.pepper_version}`),
        h(
          Line,
          { label: 'Scopes' },
          h(
            'ul',
            { class: 'plain' },
            (key.scopes || []).map((scope) =>
              h('li', { key: scope }, h('code', null, scope), ' ', h('span', { class: 'faint' }, means[scope])),
            ),
          ),
        ),
      ),
    ),
    h(
      'footer',
      null,
      h(
        'a',
        {
          class: 'button quiet',
          href: `#/${encodeURIComponent(workspace)}/activity?key=${encodeURIComponent(key.id)}`,
        },
        'Activity of this key',
      ),
      h('span', { class: 'grow' }),
      mayManage && key.state === 'active' && h(Button, { icon: 'pen', onClick: to('edit') }, 'Edit'),
      mayManage && mayRotate(key, successors) && h(Button, { icon: 'turn', onClick: to('rotate') }, 'Rotate'),
      mayManage &&
        key.state !== 'revoked' &&
        h(Button, { kind: 'danger', icon: 'ban', onClick: to('revoke') }, 'Revoke'),
    ),
  );
}

const Line = ({ label, children }) => h('div', null, h('dt', null, label), h('dd', null, children));

const Both = ({ at, none }) =>
  at
    ? h('span', null, h(Time, { at, shown: moment }), ' ', h('span', { class: 'faint' }, distance(at)))
    : h('span', { class: 'faint' }, none);
