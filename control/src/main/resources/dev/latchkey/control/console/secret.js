import { Dialog, Form } from './dialog.js';
import { h, useState } from './dom.js';
import { useLoaded } from './loading.js';
import { Button, Copyable, Field, Notice, Tick } from './parts.js';
import { useLeaveQuestion } from './unanswered.js';

/** For whoever has not set console.api-url. */
const SOME_API = 'https://YOUR-API';

/** Shows a key, this once. It is in nothing but this dialog, and goes with it. */
export function Secret({ onClose, about: { api, key, secret, replaces } }) {
  const [stored, setStored] = useState(false);
  const [typed, setTyped] = useState(null);
  const { value } = useLoaded((signal) => api.get('/v1/scopes', {}, signal), key.id);
  useLeaveQuestion(!stored);
  const [method, path] = example(key, value?.scopes);
  const url = typed ?? `${(value?.api_url || SOME_API).replace(/\/+$/, '')}${path}`;
  return h(
    Dialog,
    { title: replaces ? 'Copy the new key' : 'Copy your new key', sealed: !stored, onClose },
    h(
      Form,
      {
        onSubmit: () => stored && onClose(),
        actions: h(Button, { type: 'submit', kind: 'primary', disabled: !stored }, 'Done'),
      },
      h(
        Notice,
        { tone: 'warning', title: 'This is the only time that it is shown.' },
        'Store it now in a secret manager or an environment variable, never in version control. Whoever has it can use it.',
      ),
      h(Copyable, { label: key.name, text: secret, secret: true }),
      replaces &&
        h(
          'p',
          { class: 'small' },
          'The old key, ',
          h('code', null, `${replaces.start}…`),
          replaces.state === 'active'
            ? ', works until its overlap ends. The list says whether it is still used.'
            : ', has ended.',
        ),
      h(
        'details',
        null,
        h('summary', null, 'Try it'),
        h(Field, {
          label: 'Address in your API',
          hint: hint(value, url),
          control: (attributes) =>
            h('input', {
              ...attributes,
              type: 'url',
              class: 'mono',
              spellcheck: false,
              value: url,
              onInput: (event) => setTyped(event.target.value),
            }),
        }),
        h(Copyable, { label: 'Command', text: command(method, secret, url) }),
      ),
      h(Tick, {
        label: 'I have stored this key',
        checked: stored,
        onChange: (event) => setStored(event.target.checked),
      }),
    ),
  );
}

/** The method and the path of a rule that one of the key's scopes is enough for. */
function example(key, scopes = []) {
  const rule = scopes.find(({ name, example }) => example && key.scopes?.includes(name))?.example || 'GET /';
  const [method, path] = rule.split(' ');
  return [method === '*' ? 'GET' : method, path];
}

function hint(catalogue, url) {
  const parameter = /\{[^}]*\}|\*\*/.exec(url)?.[0];
  return [
    catalogue && !catalogue.api_url && 'Where your API is, nobody has told the control plane (console.api-url).',
    parameter && `Put a real value in the place of ${parameter}.`,
  ]
    .filter(Boolean)
    .join(' ');
}

/** Without -g curl would take braces and brackets for lists of its own. */
const command = (method, secret, url) =>
  [
    'curl -i',
    /[{}[\]]/.test(url) && '-g',
    method !== 'GET' && `-X ${method}`,
    `-H 'Authorization: Bearer ${secret}'`,
    `'${url.replaceAll("'", "'\\''")}'`,
  ]
    .filter(Boolean)
    .join(' ');
