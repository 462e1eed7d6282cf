// Keys of which it is not known whether anybody has the secret.
import { Dialog } from './dialog.js';
import { h, useEffect, useLayoutEffect, useRef } from './dom.js';
import { Icon } from './icons.js';
import { useTask } from './loading.js';
import { Button, Notice } from './parts.js';

/** Has the browser ask before the page is left, as long as a secret would be lost with it. */
export function useLeaveQuestion(asks) {
  useLayoutEffect(() => (asks ? askBeforeLeaving() : undefined), [asks]);
}

/** Returns how to end it. */
function askBeforeLeaving() {
  const ask = (event) => {
    event.preventDefault();
    event.returnValue = true;
  };
  addEventListener('beforeunload', ask);
  return () => removeEventListener('beforeunload', ask);
}

/**
 * The call of a dialog that asks for a key. The browser asks before the page is left while the call is under way,
 * whatever is shown by then: a person who has gone to another view is told there what became of it. `close` closes the
 * dialog, and loads the list again where a key may have been made that it does not show.
 */
export function useKeyCall(actions, name, call) {
  const here = useRef(true);
  useEffect(
    () => () => {
      here.current = false;
    },
    [],
  );
  const { run, busy, problem } = useTask(async () => {
    const stopAsking = askBeforeLeaving();
    try {
      actions.made(await call());
    } catch (failure) {
      if (!here.current) {
        actions.failed(name, failure);
      }
      throw failure;
    } finally {
      // What shows the secret asks from when it is drawn, which is done before any timer.
      setTimeout(stopAsking);
    }
  });
  const close = () => {
    actions.close();
    if (problem?.open) {
      actions.reload();
    }
  };
  return { run, busy, problem, close };
}

/** Tells of a call for a key that failed when its dialog was not there any more. */
export const Failed = ({ onClose, about: { name, workspace, failure } }) =>
  h(
    Dialog,
    { title: `${name}: ${failure.open ? 'a key may exist' : 'no new key'}`, onClose },
    h(
      'div',
      { class: 'body' },
      h(Notice, { tone: 'danger' }, failure.message),
      failure.open &&
        h(
          'p',
          null,
          'Look for it in the list of ',
          h('code', null, workspace),
          '. If a key without a known secret is there, revoke it, or rotate it without overlap.',
        ),
    ),
    h('footer', null, h('span', { class: 'grow' }), h(Button, { kind: 'primary', onClick: onClose }, 'OK')),
  );

/**
 * What a person can do about a key that was asked for and not answered. The request keeps its id as long as it is the
 * same.
 */
export const MayExist = ({ problem, button }) =>
  problem?.open
    ? h(
        Notice,
        { tone: 'warning', title: 'A key may exist.' },
        'Press ',
        h('strong', null, button),
        ' again without changing anything: that makes no second key, and tells what there is. Or close this and look at the list.',
      )
    : null;

/** Marks a key whose answer nobody knows to have arrived. */
export const Unconfirmed = ({ of: key }) =>
  key.answer_unconfirmed
    ? h('span', { class: 'replaced' }, h('span', { class: 'soon' }, h(Icon, { name: 'warn' }), 'answer not confirmed'))
    : null;
