import { h, useState } from './dom.js';
import { Icon } from './icons.js';
import { usePages } from './loading.js';
import { Button, Empty, Failure, Field, Loading, State } from './parts.js';
import { count } from './words.js';

const ALL = 20000;
const PAGE = 1000;
const SHOWN = 100;

/** All workspaces, for who may see all of them. */
export function Workspaces({ api }) {
  const [search, setSearch] = useState('');
  const list = usePages(
    async (token, signal) => {
      const answer = await api.get('/v1/workspaces', { page_size: PAGE, page_token: token }, signal);
      return [answer.workspaces || [], answer.next_page_token];
    },
    ALL,
    'workspaces',
  );
  const words = search.trim().toLowerCase();
  const found = list.items.filter(
    ({ id, name }) => id.toLowerCase().includes(words) || (name || '').toLowerCase().includes(words),
  );
  const none = !list.loading && !list.problem && list.items.length === 0;
  return h(
    'section',
    { class: 'narrow' },
    h(
      'div',
      { class: 'title' },
      h(
        'div',
        null,
        h('h1', { id: 'heading', tabIndex: -1 }, 'Workspaces'),
        h('p', { class: 'lead' }, 'Each owns its API keys.'),
      ),
    ),
    h(Failure, { problem: list.problem, again: list.reload }),
    none
      ? h(
          Empty,
          { title: 'No workspace yet' },
          'Create the first one with ',
          h('code', null, 'latchkey workspaces create ws_1'),
          '.',
        )
      : h(
          'div',
          null,
          h(Field, {
            label: 'Search workspaces',
            control: (attributes) =>
              h('input', {
                ...attributes,
                type: 'search',
                placeholder: 'Id or name',
                value: search,
                onInput: (event) => setSearch(event.target.value),
              }),
          }),
          list.loading && h(Loading, null, 'Loading workspaces …'),
          h(
            'p',
            { class: 'small faint', role: 'status' },
            !list.loading &&
              (found.length > SHOWN
                ? `The first ${SHOWN} of ${found.length} workspaces`
                : count(found.length, 'workspace')),
          ),
          h(
            'ul',
            { class: 'workspaces' },
            found.slice(0, SHOWN).map((workspace) => h('li', { key: workspace.id }, h(Row, { workspace }))),
          ),
          list.next && h(Button, { onClick: list.more, busy: list.loading }, 'Show more'),
        ),
  );
}

const Row = ({ workspace: { id, name, state } }) =>
  h(
    'a',
    { href: `#/${encodeURIComponent(id)}/keys` },
    h(
      'span',
      { class: 'grow' },
      h('strong', null, name || id),
      name && name !== id && h('span', { class: 'faint mono small' }, id),
    ),
    h(State, { of: state }),
    h(Icon, { name: 'right' }),
  );
