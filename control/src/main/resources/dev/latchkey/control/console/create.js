import { at, requestIds } from './api.js';
import { Dialog, Form } from './dialog.js';
import { h, useEffect, useRef, useState } from './dom.js';
import { Expiry, PRESETS, useExpiry } from './expiry.js';
import { useLoaded } from './loading.js';
import { Button, Choices, Failure, Field, Loading } from './parts.js';
import { MayExist, useKeyCall } from './unanswered.js';
import { ScopeTree } from './scopes.js';

const ENVIRONMENTS = [
  { value: 'live', label: 'live', means: 'Production data' },
  { value: 'test', label: 'test', means: 'Sandbox data only' },
];
const FIELDS = ['name', 'environment', 'scopes', 'lifetime', 'expire_time'];

/** Asks for what a key is to be, and makes it. */
export function CreateKey({ api, workspace, actions }) {
  const [name, setName] = useState('');
  const [environment, setEnvironment] = useState('live');
  const [scopes, setScopes] = useState([]);
  const [missing, setMissing] = useState({});
  const expiry = useExpiry('90');
  const ids = useRef(requestIds()).current;
  const form = useRef();
  const catalogue = useLoaded((signal) => api.get('/v1/scopes', {}, signal), workspace);
  const { run, busy, problem, close } = useKeyCall(actions, name.trim(), () =>
    api.post(at(workspace, 'keys'), ids({ name: name.trim(), environment, scopes, ...expiry.fields() })),
  );
  const focusWrong = () => form.current?.querySelector('.wrong input:not([type=search])')?.focus();
  useEffect(focusWrong, [missing, problem]);
  const submit = () => {
    const lacks = {
      name: name.trim() ? '' : 'Give it a name that says what it is for.',
      scopes: scopes.length ? '' : 'Tick at least one scope.',
      expiry: expiry.missing(),
    };
    setMissing(lacks);
    return Object.values(lacks).some(Boolean) || run();
  };
  const said = (...fields) => problem?.at(...fields);
  return h(
    Dialog,
    { title: 'Create API key', onClose: close, sealed: busy, wide: true },
    h(
      Form,
      {
        onSubmit: submit,
        actions: [
          h(Button, { disabled: busy, onClick: close }, 'Cancel'),
          h(Button, { type: 'submit', kind: 'primary', busy, disabled: !catalogue.value }, 'Generate key'),
        ],
      },
      h(
        'div',
        { ref: form },
        h(Failure, { problem, beside: FIELDS }),
        h(MayExist, { problem, button: 'Generate key' }),
        h(Field, {
          label: 'Name',
          hint: 'What it is for, so that others know what stops when it is revoked.',
          error: missing.name || said('name'),
          control: (attributes) =>
            h('input', {
              ...attributes,
              type: 'text',
              maxLength: 100,
              'data-first': true,
              required: true,
              placeholder: 'CRM Integration',
              value: name,
              onInput: (event) => setName(event.target.value),
            }),
        }),
        h(Choices, {
          legend: 'Environment',
          options: ENVIRONMENTS,
          value: environment,
          onChange: setEnvironment,
          row: true,
          error: said('environment'),
        }),
        h(Expiry, {
          legend: 'Expires',
          of: expiry,
          options: PRESETS,
          error: missing.expiry || said('lifetime', 'expire_time'),
        }),
        h(Failure, { problem: catalogue.problem, again: catalogue.again }),
        !catalogue.value && !catalogue.problem && h(Loading, null, 'Loading scopes …'),
        catalogue.value &&
          h(ScopeTree, {
            legend: 'Scopes',
            hint: 'Only what the integration needs: scopes can be taken from a key later, never added.',
            scopes: catalogue.value.scopes || [],
            chosen: scopes,
            onChange: setScopes,
            error: missing.scopes || said('scopes'),
          }),
      ),
    ),
  );
}
