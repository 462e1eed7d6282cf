// An entry of the audit trail in words.
import { moment } from './words.js';

const DONE = {
  'key.create': 'created',
  'key.import': 'imported',
  'key.update': 'changed',
  'key.rotate': 'rotated',
  'key.revoke': 'revoked',
  'key.withdraw': 'withdrew',
  'key.unanswered': 'noted an unconfirmed answer for',
  'key.remove': 'removed',
  'workspace.create': 'created the workspace',
  'workspace.activate': 'activated the workspace',
  'workspace.deactivate': 'deactivated the workspace',
  'workspace.revoke_all': 'revoked all keys of the workspace',
};

const nameOf = ({ before, after }) => (after || before || {}).name;

/** `revoked CRM Integration`; an action that this page does not know by its own name. */
export function headline(entry) {
  const done = DONE[entry.action] || entry.action;
  return entry.key ? `${done} ${nameOf(entry) || 'a key'}` : done;
}

const ends = (state) => (state.expire_time ? moment(state.expire_time) : 'never');
const LINES = [
  ['scopes', (state) => (state.scopes || []).join(' ')],
  ['name', (state) => state.name],
  ['state', (state) => state.state],
  ['expires', ends],
  ['replaces', (state) => state.predecessor],
  ['replaced by', (state) => state.successor],
];

const without = (scopes = [], others = []) => scopes.filter((scope) => !others.includes(scope)).join(' ');

/** What is another than before; of something new, what it is. */
export function changes({ action, key, before, after, unreadable = [] }) {
  if (unreadable.length > 0) {
    return [{ what: 'cannot be read', after: unreadable.join(' ') }];
  }
  if (!after || action === 'key.unanswered') {
    return [];
  }
  if (!before) {
    return key ? lines(after).filter(({ what }) => !['name', 'state'].includes(what)) : [];
  }
  const different = LINES.map(([what, say]) => ({
    what,
    before: say(before) || 'none',
    after: say(after) || 'none',
  })).filter((line) => line.before !== line.after && line.what !== 'scopes');
  const scopes = [
    { what: 'without', after: without(before.scopes, after.scopes) },
    { what: 'with', after: without(after.scopes, before.scopes) },
  ];
  return [...different, ...scopes.filter((line) => line.after)];
}

const lines = (state) => LINES.map(([what, say]) => ({ what, after: say(state) })).filter((line) => line.after);
