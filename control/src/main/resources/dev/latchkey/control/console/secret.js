import { Dialog, Form } from './dialog.js';
import { h, useState } from './dom.js';
import { Button, Copyable, Field, Notice, Tick } from './parts.js';

/** Envoy's port in the reference configuration. Only a start: where the API is, this page does not know. */
const apiAddress = (scope) => `${location.protocol}//${location.hostname}:10000/v1/${scope.split(':')[0]}`;

/** Shows a key, this once. It is in nothing but this dialog, and goes with it. */
export function Secret({ actions, about: { key, secret, repeated, replaces } }) {
  const [stored, setStored] = useState(false);
  const [url, setUrl] = useState(apiAddress(key.scopes?.[0] || 'cases'));
  if (repeated) {
    return h(Repeated, { actions, of: key });
  }
  const quoted = `'${url.replaceAll("'", "'\\''")}'`;
  return h(Dialog, { title: replaces ? 'Copy the new key' : 'Copy your new key', sealed: !stored, onClose: actions.close },
    h(Form, {
      onSubmit: () => stored && actions.close(),
      actions: h(Button, { type: 'submit', kind: 'primary', disabled: !stored }, 'Done'),
    },
    h(Notice, { tone: 'warning', title: 'This is the only time that it is shown.' }, 'Store it now in a secret manager or an environment variable, never in version control. Whoever has it can use it.'),
    h(Copyable, { label: key.name, text: secret, secret: true }),
    replaces && h('p', { class: 'small' }, 'The old key, ', h('code', null, `${replaces.start}…`), replaces.state === 'active' ? ', works until its overlap ends. The list says whether it is still used.' : ', has ended.'),
    h('details', null, h('summary', null, 'Try it'),
      h(Field, { label: 'Address in your API', control: (attributes) => h('input', { ...attributes, type: 'url', class: 'mono', spellcheck: false, value: url, onInput: (event) => setUrl(event.target.value) }) }),
      h(Copyable, { label: 'Command', text: `curl -i -H 'Authorization: Bearer ${secret}' ${quoted}` })),
    h(Tick, { label: 'I have stored this key', checked: stored, onChange: (event) => setStored(event.target.checked) })));
}

/** The answer to an attempt of before was lost on the way, and with it the secret. */
const Repeated = ({ actions, of: key }) =>
  h(Dialog, { title: 'This key exists already', onClose: actions.close },
    h('div', { class: 'body' }, h(Notice, { tone: 'warning' },
      'An earlier attempt made ', h('strong', null, key.name), ' (', h('code', null, `${key.start}…`), '), but its answer did not arrive here, and the secret was in that answer. Rotate the key without overlap to get another one.')),
    h('footer', null, h(Button, { onClick: actions.close }, 'Close'), h(Button, { kind: 'primary', icon: 'turn', onClick: () => actions.open('rotate', { key, overlap: '0' }) }, 'Rotate')));
