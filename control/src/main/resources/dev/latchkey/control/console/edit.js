import { keyAt, requestIds } from './api.js';
import { Dialog, Form } from './dialog.js';
import { h, useRef, useState } from './dom.js';
import { Expiry, PRESETS, useExpiry } from './expiry.js';
import { useLoaded, useTask } from './loading.js';
import { Button, Failure, Field } from './parts.js';
import { ScopeTree } from './scopes.js';
import { DAY, moment } from './words.js';

const FIELDS = ['name', 'scopes', 'lifetime', 'expire_time'];

/** Changes the name of a key, takes scopes from it, or gives it an earlier end. */
export function EditKey({ api, workspace, actions, about: { key } }) {
  const [name, setName] = useState(key.name);
  const [scopes, setScopes] = useState(key.scopes || []);
  const [missing, setMissing] = useState({});
  const expiry = useExpiry('same');
  const ids = useRef(requestIds()).current;
  const { value } = useLoaded((signal) => api.get('/v1/scopes', {}, signal), workspace);
  const means = Object.fromEntries((value?.scopes || []).map((scope) => [scope.name, scope.description]));
  const { run, busy, problem } = useTask(async () => {
    const fields = {
      ...(name.trim() !== key.name && { name: name.trim() }),
      ...(scopes.length !== key.scopes.length && { scopes }),
      ...expiry.fields(),
    };
    if (Object.keys(fields).length > 0) {
      const answer = await api.patch(keyAt(key), ids(fields));
      actions.changed(answer.key, `${answer.key.name} is changed.`);
    }
    actions.close();
  });
  const submit = () => {
    const lacks = {
      name: name.trim() ? '' : 'Give it a name that says what it is for.',
      scopes: scopes.length ? '' : 'Leave it at least one scope; to stop it, revoke it.',
      expiry: expiry.missing(),
    };
    setMissing(lacks);
    return Object.values(lacks).some(Boolean) || run();
  };
  const said = (...fields) => problem?.at(...fields);
  const same = { value: 'same', label: 'As it is', means: key.expire_time ? moment(key.expire_time) : 'never' };
  const earlier = PRESETS.filter(
    (preset) =>
      !Number(preset.value) || !key.expire_time || Date.now() + Number(preset.value) * DAY < new Date(key.expire_time),
  ).filter((preset) => preset.value !== 'never');
  return h(
    Dialog,
    { title: `Edit ${key.name}`, onClose: actions.close, sealed: busy, wide: true },
    h(
      Form,
      {
        onSubmit: submit,
        actions: [
          h(Button, { disabled: busy, onClick: actions.close }, 'Cancel'),
          h(Button, { type: 'submit', kind: 'primary', busy }, 'Save changes'),
        ],
      },
      h('p', null, 'A key can be renamed and made to allow less, never more. For more, create another one.'),
      h(Failure, { problem, beside: FIELDS }),
      h(Field, {
        label: 'Name',
        error: missing.name || said('name'),
        control: (attributes) =>
          h('input', {
            ...attributes,
            type: 'text',
            maxLength: 100,
            'data-first': true,
            value: name,
            onInput: (event) => setName(event.target.value),
          }),
      }),
      h(Expiry, {
        legend: 'Expires',
        of: expiry,
        options: [same, ...earlier],
        error: missing.expiry || said('lifetime', 'expire_time'),
      }),
      h(ScopeTree, {
        legend: 'Scopes',
        hint: 'Untick what it is to lose.',
        scopes: (key.scopes || []).map((scope) => ({ name: scope, description: means[scope] || '' })),
        chosen: scopes,
        onChange: setScopes,
        error: missing.scopes || said('scopes'),
      }),
    ),
  );
}
