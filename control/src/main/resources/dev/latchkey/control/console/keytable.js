import { classes, h } from './dom.js';
import { Icon } from './icons.js';
import { Button, Environment, State, Time } from './parts.js';
import { mayRotate, stillUsed } from './successors.js';
import { Unconfirmed } from './unanswered.js';
import { date, DAY, distance } from './words.js';

const COLUMNS = [
  { label: 'Name', by: 'name' },
  { label: 'Scopes' },
  { label: 'Created', by: 'create_time', first: 'desc' },
  { label: 'Last used', by: 'last_used_time', first: 'desc' },
  { label: 'Expires', by: 'expire_time' },
  { label: 'State' },
];
const SHOWN_SCOPES = 2;

/** The list of keys. On a narrow screen its rows are cards; the roles say what a browser then no longer sees. */
export const KeyTable = ({ keys, loading, successors, mayManage, filter, onOrder, actions }) =>
  h(
    'table',
    {
      class: classes('keys', loading && 'stale'),
      role: 'table',
      'aria-label': 'API keys',
      'aria-busy': loading ? 'true' : undefined,
    },
    h(
      'thead',
      { role: 'rowgroup' },
      h(
        'tr',
        { role: 'row' },
        COLUMNS.map((column) => h(Heading, { key: column.label, column, order: filter.order, onOrder })),
        mayManage && h('th', { role: 'columnheader', scope: 'col' }, h('span', { class: 'unseen' }, 'Actions')),
      ),
    ),
    h(
      'tbody',
      { role: 'rowgroup' },
      keys.map((key) => h(Row, { key: key.id, of: key, successors, mayManage, actions })),
    ),
  );

function Heading({ column, order, onOrder }) {
  const [by, direction] = order.split(' ');
  const sorted = column.by === by;
  const turn = () => {
    const descending = sorted ? direction !== 'desc' : column.first === 'desc';
    onOrder(descending ? `${column.by} desc` : column.by);
  };
  const sort = sorted ? (direction === 'desc' ? 'descending' : 'ascending') : undefined;
  return h(
    'th',
    { role: 'columnheader', scope: 'col', 'aria-sort': sort },
    column.by
      ? h(
          'button',
          { type: 'button', class: 'sort', onClick: turn },
          column.label,
          sorted && h(Icon, { name: direction === 'desc' ? 'down' : 'up' }),
        )
      : column.label,
  );
}

const Cell = ({ label, children, ...rest }) =>
  h('td', { role: 'cell', 'data-label': label, ...rest }, h('div', null, children));

const Row = ({ of: key, successors, mayManage, actions }) =>
  h(
    'tr',
    { role: 'row', class: key.state },
    h(
      'th',
      { role: 'rowheader', scope: 'row' },
      h('button', { type: 'button', class: 'name', onClick: () => actions.open('details', { key }) }, key.name),
      h('span', { class: 'start' }, h(Environment, { of: key.environment }), h('code', null, `${key.start}…`)),
    ),
    h(Cell, { label: 'Scopes' }, h(Scopes, { of: key.scopes || [] })),
    h(Cell, { label: 'Created' }, h(Time, { at: key.create_time, shown: date, none: 'not known' })),
    h(Cell, { label: 'Last used' }, h(Time, { at: key.last_used_time, none: 'not yet' })),
    h(Cell, { label: 'Expires' }, h(Expiry, { of: key })),
    h(
      Cell,
      { label: 'State' },
      h(State, { of: key.state }),
      h(Unconfirmed, { of: key }),
      h(Replaced, { of: key, successors, actions }),
    ),
    mayManage && h('td', { role: 'cell', class: 'actions' }, h(Actions, { of: key, successors, actions })),
  );

const Scopes = ({ of: scopes }) =>
  h(
    'span',
    { class: 'scopes', title: scopes.join('\n') },
    scopes.slice(0, SHOWN_SCOPES).map((scope) => h('code', { key: scope }, scope)),
    scopes.length > SHOWN_SCOPES && h('span', { class: 'faint' }, `and ${scopes.length - SHOWN_SCOPES} more`),
  );

function Expiry({ of: key }) {
  const soon = key.state === 'active' && key.expire_time && new Date(key.expire_time) - Date.now() < 14 * DAY;
  return h(
    'span',
    { class: soon ? 'soon' : '' },
    h(Time, { at: key.expire_time, shown: soon ? distance : date, none: 'never' }),
  );
}

/** Which key has taken a key's place, and whether the old one can go. */
export function Replaced({ of: key, successors, actions }) {
  if (!key.successor) {
    return null;
  }
  const used = key.state === 'active' ? stillUsed(key, successors) : undefined;
  return h(
    'span',
    { class: 'replaced' },
    h(
      'button',
      { type: 'button', class: 'link', onClick: () => actions.openId(key.successor) },
      'replaced by ',
      successors[key.successor] ? `${successors[key.successor].start}…` : key.successor,
    ),
    used === true && h('span', { class: 'soon' }, h(Icon, { name: 'warn' }), 'still used'),
    used === false && h('span', { class: 'calm' }, h(Icon, { name: 'check' }), 'not used since'),
  );
}

const Actions = ({ of: key, successors, actions }) =>
  h(
    'div',
    { class: 'buttons' },
    key.state === 'active' &&
      h(
        Button,
        { kind: 'small', 'aria-label': `Edit ${key.name}`, onClick: () => actions.open('edit', { key }) },
        'Edit',
      ),
    mayRotate(key, successors) &&
      h(
        Button,
        { kind: 'small', 'aria-label': `Rotate ${key.name}`, onClick: () => actions.open('rotate', { key }) },
        'Rotate',
      ),
    key.state !== 'revoked' &&
      h(
        Button,
        { kind: 'small danger', 'aria-label': `Revoke ${key.name}`, onClick: () => actions.open('revoke', { key }) },
        'Revoke',
      ),
  );
