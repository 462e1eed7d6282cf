import { h, useEffect, useRef, useState } from './dom.js';
import { Icon } from './icons.js';
import { Button, Field, Notice, Tick } from './parts.js';

/** Asks for an admin token. Whether it is one shows with the first call that it is used for. */
export function SignIn({ onSignIn, farewell }) {
  const [token, setToken] = useState('');
  const [keep, setKeep] = useState(false);
  const [error, setError] = useState('');
  const field = useRef();
  useEffect(() => field.current.focus(), []);
  const submit = (event) => {
    event.preventDefault();
    const given = token.trim();
    if (/^[!-~]{1,512}$/.test(given)) {
      onSignIn(given, keep);
    } else {
      setError(given ? 'This is no token: it has spaces or other characters in it.' : 'Paste an admin token.');
      field.current.focus();
    }
  };
  return h(
    'main',
    { class: 'signin' },
    h(
      'div',
      { class: 'card' },
      h('div', { class: 'brand' }, h('span', { class: 'mark' }, h(Icon, { name: 'key' })), 'Latchkey'),
      h('h1', { id: 'heading', tabIndex: -1 }, 'Sign in to manage API keys'),
      farewell && h(Notice, { tone: 'danger' }, farewell),
      h(
        'form',
        { onSubmit: submit, noValidate: true },
        h(Field, {
          label: 'Admin token',
          hint: 'From whoever runs the control plane. It is not one of the API keys.',
          error,
          control: (attributes) =>
            h('input', {
              ...attributes,
              ref: field,
              type: 'password',
              class: 'mono',
              value: token,
              autocomplete: 'off',
              spellcheck: false,
              onInput: (event) => setToken(event.target.value),
            }),
        }),
        h(Tick, {
          label: 'Stay signed in when this tab is reloaded',
          checked: keep,
          onChange: (event) => setKeep(event.target.checked),
        }),
        h(Button, { type: 'submit', kind: 'primary full' }, 'Sign in'),
      ),
      h('p', { class: 'small faint' }, 'The token stays in this tab, and is forgotten when the tab is closed.'),
    ),
  );
}
