import { at, keyAt } from './api.js';
import { Dialog, Form } from './dialog.js';
import { h, useState } from './dom.js';
import { useTask } from './loading.js';
import { Button, Failure, Field, Notice, Tick } from './parts.js';
import { count, distance } from './words.js';

const FIELDS = ['reason'];

const Reason = ({ value, onChange, error }) =>
  h(Field, {
    label: 'Reason',
    optional: true,
    hint: 'Kept in the activity.',
    error,
    control: (attributes) =>
      h('input', {
        ...attributes,
        type: 'text',
        maxLength: 200,
        value,
        onInput: (event) => onChange(event.target.value),
      }),
  });

/** Revokes a key for good, once it is clear what that means. */
export function RevokeKey({ api, actions, about: { key } }) {
  const [reason, setReason] = useState('');
  const { run, busy, problem } = useTask(async () => {
    const answer = await api.post(keyAt(key, ':revoke'), reason.trim() ? { reason: reason.trim() } : {});
    actions.changed(answer.key, `${key.name} is revoked.`);
    actions.close();
  });
  return h(
    Dialog,
    { title: `Revoke ${key.name}?`, onClose: actions.close, sealed: busy },
    h(
      Form,
      {
        onSubmit: run,
        actions: [
          h(Button, { 'data-first': true, disabled: busy, onClick: actions.close }, 'Keep it'),
          h(Button, { type: 'submit', kind: 'danger solid', icon: 'ban', busy }, 'Revoke key'),
        ],
      },
      h(
        'p',
        null,
        'From now on every request with ',
        h('code', null, `${key.start}…`),
        ' is answered ',
        h('code', null, '401 AUTH_INVALID_KEY'),
        '. This cannot be undone.',
      ),
      key.last_used_time
        ? h(
            Notice,
            { tone: 'warning', title: `Last used ${distance(key.last_used_time)}.` },
            'Whatever still uses it stops working.',
          )
        : h(Notice, null, 'No use of this key is known.'),
      h(Failure, { problem, beside: FIELDS }),
      h(Reason, { value: reason, onChange: setReason, error: problem?.at('reason') }),
    ),
  );
}

/** Revokes every key of a workspace, call after call until none is left. */
export function RevokeAll({ api, workspace, actions }) {
  const [reason, setReason] = useState('');
  const [sure, setSure] = useState(false);
  const [done, setDone] = useState(0);
  const { run, busy, problem } = useTask(async () => {
    let revoked = 0;
    let answer;
    try {
      do {
        answer = await api.post(at(workspace, 'keys:revokeAll'), reason.trim() ? { reason: reason.trim() } : {});
        revoked += answer.revoked || 0;
        setDone(revoked);
      } while (!answer.done);
      actions.close();
    } finally {
      actions.reload();
    }
  });
  return h(
    Dialog,
    { title: 'Revoke all keys?', onClose: actions.close, sealed: busy },
    h(
      Form,
      {
        onSubmit: () => sure && run(),
        actions: [
          h(Button, { 'data-first': true, disabled: busy, onClick: actions.close }, 'Keep them'),
          h(Button, { type: 'submit', kind: 'danger solid', icon: 'ban', busy, disabled: !sure }, 'Revoke all keys'),
        ],
      },
      h(
        Notice,
        { tone: 'warning', title: `Every key of ${workspace} stops working, live and test.` },
        'This cannot be undone. Keys that are created meanwhile may stay: to keep them out, have an operator deactivate the workspace first.',
      ),
      h(Failure, { problem, beside: FIELDS }),
      h(Reason, { value: reason, onChange: setReason, error: problem?.at('reason') }),
      h(Tick, {
        label: 'I understand that all requests are refused until there are new keys',
        checked: sure,
        onChange: (event) => setSure(event.target.checked),
      }),
      h('p', { class: 'small', role: 'status' }, busy || problem ? `${count(done, 'key')} revoked so far` : ''),
    ),
  );
}
