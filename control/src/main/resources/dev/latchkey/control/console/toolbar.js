import { h, useEffect, useId, useState } from './dom.js';
import { Icon } from './icons.js';

const SHOW = [
  ['active', 'Active'],
  ['expiring', 'Expiring in 14 days'],
  ['expired', 'Expired'],
  ['revoked', 'Revoked'],
  ['all', 'All'],
];
const ORDERS = [
  ['create_time desc', 'Newest first'],
  ['create_time', 'Oldest first'],
  ['name', 'Name, A to Z'],
  ['name desc', 'Name, Z to A'],
  ['last_used_time desc', 'Last used first'],
  ['last_used_time', 'Longest unused first'],
  ['expire_time', 'First to expire'],
  ['expire_time desc', 'Last to expire'],
];
const TYPING_MILLIS = 250;

/** What the list of keys shows, and in which order. */
export function Toolbar({ filter, onChange }) {
  const id = useId();
  const [typed, setTyped] = useState(filter.name);
  useEffect(() => setTyped(filter.name), [filter.name]);
  useEffect(() => {
    const later = setTimeout(
      () => typed.trim() !== filter.name && onChange({ ...filter, name: typed.trim() }),
      TYPING_MILLIS,
    );
    return () => clearTimeout(later);
  }, [typed]);
  return h(
    'div',
    { class: 'toolbar', role: 'search', 'aria-label': 'Keys' },
    h(
      'div',
      { class: 'searchbox' },
      h('label', { class: 'unseen', for: `${id}-name` }, 'Search by name'),
      h(Icon, { name: 'search' }),
      h('input', {
        id: `${id}-name`,
        type: 'search',
        placeholder: 'Search by name',
        value: typed,
        maxLength: 100,
        autocomplete: 'off',
        onInput: (event) => setTyped(event.target.value),
      }),
    ),
    h(
      'div',
      { class: 'select' },
      h('label', { for: `${id}-show` }, 'Show'),
      h(
        'select',
        {
          id: `${id}-show`,
          value: filter.show,
          onChange: (event) => onChange({ ...filter, show: event.target.value }),
        },
        SHOW.map(([value, label]) => h('option', { key: value, value }, label)),
      ),
    ),
    h(
      'div',
      { class: 'select' },
      h('label', { for: `${id}-order` }, 'Sort'),
      h(
        'select',
        {
          id: `${id}-order`,
          value: filter.order,
          onChange: (event) => onChange({ ...filter, order: event.target.value }),
        },
        ORDERS.map(([value, label]) => h('option', { key: value, value }, label)),
      ),
    ),
  );
}
