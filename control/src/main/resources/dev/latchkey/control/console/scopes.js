import { classes, h, useEffect, useId, useRef, useState } from './dom.js';
import { FieldError } from './parts.js';
import { count } from './words.js';

/** The scopes by the resource that they are about, each group with a box for all of it. */
export function ScopeTree({ legend, hint, scopes, chosen, onChange, error }) {
  const id = useId();
  const [search, setSearch] = useState('');
  const words = search.trim().toLowerCase();
  const shown = scopes.filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(words));
  const set = (names, on) => {
    const rest = chosen.filter((name) => !names.includes(name));
    onChange(on ? scopes.map(({ name }) => name).filter((name) => rest.includes(name) || names.includes(name)) : rest);
  };
  return h(
    'fieldset',
    { class: classes('field tree', error && 'wrong'), 'aria-describedby': error ? `${id}-error` : undefined },
    h(
      'legend',
      null,
      legend,
      h('span', { class: 'faint', role: 'status' }, ` ${chosen.length} of ${count(scopes.length, 'scope')}`),
    ),
    hint && h('p', { class: 'hint' }, hint),
    scopes.length > 8 &&
      h('input', {
        type: 'search',
        'aria-label': 'Search scopes',
        placeholder: 'Search scopes',
        value: search,
        onInput: (event) => setSearch(event.target.value),
      }),
    h(
      'ul',
      { class: 'groups' },
      groups(shown).map(([resource, members]) => h(Group, { key: resource, resource, members, chosen, set })),
    ),
    shown.length === 0 && h('p', { class: 'faint' }, 'No scope matches.'),
    h(FieldError, { id: `${id}-error`, error }),
  );
}

function groups(scopes) {
  const byResource = new Map();
  for (const scope of scopes) {
    const resource = scope.name.includes(':') ? scope.name.slice(0, scope.name.indexOf(':')) : scope.name;
    byResource.set(resource, [...(byResource.get(resource) || []), scope]);
  }
  return [...byResource];
}

function Group({ resource, members, chosen, set }) {
  const box = useRef();
  const names = members.map(({ name }) => name);
  const on = names.filter((name) => chosen.includes(name)).length;
  useEffect(() => {
    box.current.indeterminate = on > 0 && on < names.length;
  });
  return h(
    'li',
    { class: 'group' },
    h(
      'label',
      { class: 'tick all' },
      h('input', {
        ref: box,
        type: 'checkbox',
        checked: on === names.length,
        onChange: (event) => set(names, event.target.checked),
      }),
      h('span', null, resource, h('span', { class: 'unseen' }, ', all')),
    ),
    h(
      'ul',
      null,
      members.map(({ name, description }) =>
        h(
          'li',
          { key: name },
          h(
            'label',
            { class: 'tick' },
            h('input', {
              type: 'checkbox',
              checked: chosen.includes(name),
              onChange: (event) => set([name], event.target.checked),
            }),
            h('span', null, h('code', null, name), h('span', { class: 'means' }, description)),
          ),
        ),
      ),
    ),
  );
}
