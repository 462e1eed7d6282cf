// Keys of which it is not known whether anybody has the secret.
import { h, useEffect } from './dom.js';
import { Icon } from './icons.js';
import { Notice } from './parts.js';

/** Has the browser ask before the page is left, as long as a secret would be lost with it. */
export function useLeaveQuestion(asks) {
  useEffect(() => {
    if (!asks) {
      return undefined;
    }
    const ask = (event) => {
      event.preventDefault();
      event.returnValue = true;
    };
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [asks]);
}

/**
 * For a dialog that asks for a key: the browser asks before the page is left while the call is under way. Returns how to close
 * the dialog; the list is loaded again where a key may have been made that it does not show.
 */
export function useKeyCall(actions, busy, problem) {
  useLeaveQuestion(busy);
  return () => {
    actions.close();
    if (problem?.open) {
      actions.reload();
    }
  };
}

/** What a person can do about a key that was asked for and not answered. The request keeps its id as long as it is the same. */
export const MayExist = ({ problem, button }) =>
  problem?.open
    ? h(Notice, { tone: 'warning', title: 'A key may exist.' },
      'Press ', h('strong', null, button), ' again without changing anything: that makes no second key, and tells what there is. Or close this and look at the list.')
    : null;

/** Marks a key whose answer nobody knows to have arrived. */
export const Unconfirmed = ({ of: key }) =>
  key.answer_unconfirmed ? h('span', { class: 'replaced' }, h('span', { class: 'soon' }, h(Icon, { name: 'warn' }), 'answer not confirmed')) : null;
