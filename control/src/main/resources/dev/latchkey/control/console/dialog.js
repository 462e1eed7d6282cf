import { classes, h, useEffect, useId, useRef } from './dom.js';
import { Icon } from './icons.js';

/**
 * A window above the page: the browser keeps the focus in it and puts it back afterwards. Escape closes it, unless it
 * is `sealed`: then only what is in it does.
 */
export function Dialog({ title, onClose, sealed, wide, children }) {
  const id = useId();
  const dialog = useRef();
  useEffect(() => {
    const element = dialog.current;
    element.showModal();
    element.querySelector('[data-first]')?.focus();
    return () => {
      element.close();
      setTimeout(focusSomething);
    };
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    if (!sealed) {
      onClose();
    }
  };
  // A browser may close it in spite of that, at a second Escape.
  const closed = () => dialog.current?.isConnected && sealed && dialog.current.showModal();
  const key = (event) => event.key === 'Escape' && sealed && event.preventDefault();
  return h(
    'dialog',
    {
      ref: dialog,
      class: classes('dialog', wide && 'wide'),
      'aria-labelledby': id,
      onCancel: cancel,
      onClose: closed,
      onKeyDown: key,
    },
    h(
      'header',
      null,
      h('h2', { id }, title),
      !sealed &&
        h(
          'button',
          { type: 'button', class: 'close', 'aria-label': 'Close', onClick: onClose },
          h(Icon, { name: 'cross' }),
        ),
    ),
    children,
  );
}

/** Whoever opened the dialog may be gone with what was done in it. */
function focusSomething() {
  if (document.activeElement === document.body) {
    document.getElementById('heading')?.focus();
  }
}

/** The form of a dialog: what is asked, and at its end what can be done about it. */
export const Form = ({ onSubmit, children, actions }) =>
  h(
    'form',
    {
      noValidate: true,
      autocomplete: 'off',
      onSubmit: (event) => {
        event.preventDefault();
        onSubmit();
      },
    },
    h('div', { class: 'body' }, children),
    h('footer', null, actions),
  );
