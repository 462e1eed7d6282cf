import { h, useState } from './dom.js';
import { useTask } from './loading.js';
import { Button, Failure, Field } from './parts.js';
import { Verdict } from './verdict.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const FIELDS = ['method', 'path', 'host', 'secret'];

/**
 * Asks the control plane what a request would be answered, and why. Nothing is sent to the API, and no use of the key
 * noted.
 */
export function TryRequest({ api }) {
  const [method, setMethod] = useState('GET');
  const [path, setPath] = useState('');
  const [host, setHost] = useState('');
  const [secret, setSecret] = useState('');
  const [missing, setMissing] = useState('');
  const [answer, setAnswer] = useState(null);
  const { run, busy, problem } = useTask(async () => {
    setAnswer(null);
    setAnswer(await api.post('/v1:explain', { method, path: path.trim(), host: host.trim(), secret: secret.trim() }));
  });
  const submit = (event) => {
    event.preventDefault();
    setMissing(path.trim() ? '' : 'Type a path, such as /v1/cases.');
    return path.trim() && run();
  };
  const input = (value, onChange, rest) => (attributes) =>
    h('input', {
      ...attributes,
      type: 'text',
      class: 'mono',
      autocomplete: 'off',
      spellcheck: false,
      autocapitalize: 'off',
      value,
      onInput: (event) => onChange(event.target.value),
      ...rest,
    });
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'title' },
      h(
        'div',
        { class: 'grow' },
        h('h1', { id: 'heading', tabIndex: -1 }, 'Try a request'),
        h('p', { class: 'lead' }, 'What would be answered, and why. Nothing is sent to the API.'),
      ),
    ),
    h(
      'div',
      { class: 'split' },
      h(
        'form',
        { class: 'card', onSubmit: submit, noValidate: true, autocomplete: 'off' },
        h(Failure, { problem, beside: FIELDS }),
        h(
          'div',
          { class: 'line' },
          h(Field, {
            label: 'Method',
            error: problem?.at('method'),
            control: (attributes) =>
              h(
                'select',
                { ...attributes, value: method, onChange: (event) => setMethod(event.target.value) },
                METHODS.map((name) => h('option', { key: name, value: name }, name)),
              ),
          }),
          h(Field, {
            label: 'Path',
            error: missing || problem?.at('path'),
            control: input(path, setPath, { placeholder: '/v1/cases' }),
          }),
        ),
        h(Field, {
          label: 'API key',
          optional: true,
          hint: 'Without one, a request without Authorization.',
          error: problem?.at('secret'),
          control: input(secret, setSecret, {
            type: 'password',
            placeholder: 'opt_live_…',
            'data-1p-ignore': true,
            'data-lpignore': 'true',
          }),
        }),
        h(Field, {
          label: 'Host',
          optional: true,
          error: problem?.at('host'),
          control: input(host, setHost, { placeholder: 'api.example.com' }),
        }),
        h(Button, { type: 'submit', kind: 'primary', busy }, 'Explain'),
      ),
      h(
        'section',
        { class: 'result', 'aria-live': 'polite', 'aria-label': 'Answer' },
        answer
          ? h(Verdict, { answer })
          : h('p', { class: 'faint placeholder' }, 'The steps of the decision and the answer stand here.'),
      ),
    ),
  );
}
