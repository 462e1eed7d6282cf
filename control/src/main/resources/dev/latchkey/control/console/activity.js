import { at } from './api.js';
import { h, useEffect, useState } from './dom.js';
import { changes, headline } from './changes.js';
import { usePages } from './loading.js';
import { Button, Empty, Failure, Field, Loading, Time } from './parts.js';
import { moment } from './words.js';

const PAGE = 50;

/** What was changed in a workspace, by whom and when; the newest first. */
export function Activity({ api, workspace, query }) {
  const asked = query.get('key') || '';
  const [key, setKey] = useState(asked);
  useEffect(() => setKey(asked), [asked]);
  const list = usePages(
    async (token, signal) => {
      const answer = await api.get(at(workspace, 'audit'), { page_size: PAGE, page_token: token, key: asked }, signal);
      return [answer.entries || [], answer.next_page_token];
    },
    PAGE,
    `${workspace} ${asked}`,
  );
  const here = `#/${encodeURIComponent(workspace)}/activity`;
  const submit = (event) => {
    event.preventDefault();
    location.hash = key.trim() ? `${here}?key=${encodeURIComponent(key.trim())}` : here;
  };
  const nothing = !list.loading && !list.problem && list.items.length === 0;
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'title' },
      h(
        'div',
        { class: 'grow' },
        h('h1', { id: 'heading', tabIndex: -1 }, 'Activity'),
        h(
          'p',
          { class: 'lead' },
          'Every change of this workspace and its keys. Requests with keys are not among them.',
        ),
      ),
    ),
    h(
      'form',
      { class: 'toolbar', role: 'search', 'aria-label': 'Activity', onSubmit: submit },
      h(Field, {
        label: 'Only changes of one key',
        control: (attributes) =>
          h('input', {
            ...attributes,
            type: 'search',
            class: 'mono',
            placeholder: 'key_…',
            spellcheck: false,
            value: key,
            onInput: (event) => setKey(event.target.value),
          }),
      }),
      h(Button, { type: 'submit' }, 'Filter'),
      asked && h('a', { class: 'button quiet', href: here }, 'Show all'),
    ),
    h(Failure, { problem: list.problem, again: list.reload }),
    nothing &&
      h(
        Empty,
        { icon: 'clock', title: 'No change' },
        asked
          ? 'Nothing is known of a key with this id in this workspace.'
          : 'Nothing has been changed yet, or it is longer ago than changes are kept.',
      ),
    h(
      'ol',
      { class: 'activity' },
      list.items.map((entry) => h(Entry, { key: entry.id, entry, here })),
    ),
    list.loading && h(Loading, null, 'Loading activity …'),
    list.next && !list.loading && h('div', { class: 'more' }, h(Button, { onClick: list.more }, 'Show more')),
  );
}

const Entry = ({ entry, here }) =>
  h(
    'li',
    { class: entry.action.replace('.', '-') },
    h(
      'div',
      { class: 'what' },
      h('strong', null, entry.actor),
      ' ',
      headline(entry),
      entry.key && h('a', { class: 'mono small', href: `${here}?key=${encodeURIComponent(entry.key)}` }, entry.key),
    ),
    h(
      'dl',
      null,
      changes(entry).map(({ what, before, after }) =>
        h(
          'div',
          { key: what },
          h('dt', null, what),
          h(
            'dd',
            null,
            before !== undefined && h('del', null, before),
            before !== undefined && h('span', { class: 'arrow' }, ' → '),
            h('ins', null, after),
          ),
        ),
      ),
    ),
    entry.reason && h('p', { class: 'reason' }, `“${entry.reason}”`),
    h('div', { class: 'when' }, h(Time, { at: entry.time }), h('span', { class: 'faint' }, moment(entry.time))),
  );
