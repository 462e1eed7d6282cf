import { keyAt, requestIds } from './api.js';
import { Dialog, Form } from './dialog.js';
import { h, useRef, useState } from './dom.js';
import { Expiry, PRESETS, useExpiry } from './expiry.js';
import { Button, Choices, Failure, Notice } from './parts.js';
import { MayExist, useKeyCall } from './unanswered.js';
import { moment, seconds } from './words.js';

const HOUR_SECONDS = 3600;
const OVERLAPS = [
  { value: '24', label: '24 hours', means: 'Usual: time to change whatever uses it' },
  { value: '1', label: '1 hour', means: 'If you change it now' },
  { value: '168', label: '7 days', means: 'If others have to change theirs' },
  { value: '0', label: 'None: it has leaked', means: 'The old key ends before the new one is shown' },
];
const SAME = { value: 'same', label: 'As before', means: 'as long a life, from now' };
const FIELDS = ['overlap', 'lifetime', 'expire_time'];

/** Makes a key that takes another's place. */
export function RotateKey({ api, actions, about: { key, overlap: suggested = '24' } }) {
  const [overlap, setOverlap] = useState(suggested);
  const [missing, setMissing] = useState('');
  const expiry = useExpiry('same');
  const ids = useRef(requestIds()).current;
  const { run, busy, problem, close } = useKeyCall(actions, key.name, async () => {
    const body = ids({ overlap: seconds(Number(overlap) * HOUR_SECONDS), ...expiry.fields() });
    const answer = await api.post(keyAt(key, ':rotate'), body);
    actions.changed(answer.predecessor || key, `${key.name} has a new key.`);
    return answer;
  });
  const submit = () => {
    setMissing(expiry.missing());
    return expiry.missing() || run();
  };
  return h(
    Dialog,
    { title: `Rotate ${key.name}`, onClose: close, sealed: busy, wide: true },
    h(
      Form,
      {
        onSubmit: submit,
        actions: [
          h(Button, { disabled: busy, onClick: close }, 'Cancel'),
          h(Button, { type: 'submit', kind: 'primary', icon: 'turn', busy }, 'Rotate key'),
        ],
      },
      h(
        'p',
        null,
        'A new key with the same scopes takes the place of ',
        h('code', null, `${key.start}…`),
        '. Both work until the overlap ends; then the old one is expired, and nobody has to do anything.',
      ),
      h(Failure, { problem, beside: FIELDS }),
      h(MayExist, { problem, button: 'Rotate key' }),
      h(Choices, {
        legend: 'Overlap',
        options: OVERLAPS,
        value: overlap,
        onChange: setOverlap,
        row: true,
        error: problem?.at('overlap'),
      }),
      overlap === '0' &&
        h(Notice, { tone: 'warning' }, 'Whatever uses the old key is refused until it has the new one.'),
      overlap !== '0' &&
        key.expire_time &&
        h(
          'p',
          { class: 'small faint' },
          `The old key never works longer than to its own end, ${moment(key.expire_time)}.`,
        ),
      h(Expiry, {
        legend: 'The new key expires',
        of: expiry,
        options: [SAME, ...PRESETS.filter(({ value }) => value !== 'never')],
        error: missing || problem?.at('lifetime', 'expire_time'),
      }),
    ),
  );
}
