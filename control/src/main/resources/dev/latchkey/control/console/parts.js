import { classes, h, useEffect, useId, useRef, useState } from './dom.js';
import { Icon } from './icons.js';
import { distance, exact } from './words.js';

export const Button = ({ kind, icon, busy, children, disabled, ...rest }) =>
  h(
    'button',
    {
      type: 'button',
      ...rest,
      class: classes('button', kind),
      disabled: disabled || busy,
      'aria-busy': busy ? 'true' : undefined,
    },
    icon && h(Icon, { name: icon }),
    h('span', null, children),
  );

const TONES = { info: 'info', warning: 'warn', danger: 'warn', good: 'check' };

/** Something to know. What went wrong is read out at once. */
export const Notice = ({ tone = 'info', title, children, action }) =>
  h(
    'div',
    { class: classes('notice', tone), role: tone === 'danger' ? 'alert' : undefined },
    h(Icon, { name: TONES[tone] }),
    h('div', { class: 'grow' }, title && h('strong', null, title), title && children && ' ', children),
    action,
  );

export const Failure = ({ problem, beside = [], again }) => {
  const text = problem && problem.beside(beside);
  return text
    ? h(Notice, { tone: 'danger', action: again && h(Button, { kind: 'small', onClick: again }, 'Try again') }, text)
    : null;
};

export const Loading = ({ children }) =>
  h('p', { class: 'loading', role: 'status' }, h('span', { class: 'spinner' }), children);

export const Empty = ({ icon = 'key', title, children, action }) =>
  h(
    'div',
    { class: 'empty' },
    h('div', { class: 'halo' }, h(Icon, { name: icon })),
    h('h2', null, title),
    h('p', null, children),
    action,
  );

export const Environment = ({ of }) => h('span', { class: classes('badge', of) }, of);
export const State = ({ of }) => h('span', { class: classes('state', of) }, of);

/** A time as people say it; the exact one is there for who wants it. */
export const Time = ({ at, shown = distance, none }) =>
  at ? h('time', { dateTime: at, title: exact(at) }, shown(at)) : h('span', { class: 'faint' }, none);

/**
 * A field with its label, a hint, and what the API says is wrong with it. `control` gets the attributes that tie them
 * together.
 */
export function Field({ label, hint, error, optional, control }) {
  const id = useId();
  const said = classes(hint && `${id}-hint`, error && `${id}-error`);
  return h(
    'div',
    { class: classes('field', error && 'wrong') },
    h('label', { for: id }, label, optional && h('span', { class: 'faint' }, ' (optional)')),
    hint && h('p', { class: 'hint', id: `${id}-hint` }, hint),
    control({ id, 'aria-describedby': said || undefined, 'aria-invalid': error ? 'true' : undefined }),
    h(FieldError, { id: `${id}-error`, error }),
  );
}

export const FieldError = ({ id, error }) =>
  error ? h('p', { class: 'error', id, role: 'alert' }, h(Icon, { name: 'warn' }), error) : null;

/** One of few, each with a line that says what it means. */
export function Choices({ legend, hint, error, options, value, onChange, row }) {
  const id = useId();
  return h(
    'fieldset',
    {
      class: classes('field choices', row && 'row', error && 'wrong'),
      'aria-describedby': error ? `${id}-error` : undefined,
    },
    h('legend', null, legend),
    hint && h('p', { class: 'hint' }, hint),
    h(
      'div',
      { class: 'options' },
      options.map((option) =>
        h(
          'label',
          { class: 'choice', key: option.value },
          h('input', {
            type: 'radio',
            name: id,
            value: option.value,
            checked: option.value === value,
            onChange: () => onChange(option.value),
          }),
          h(
            'span',
            { class: 'grow' },
            h('span', { class: 'what' }, option.label),
            option.means && h('span', { class: 'means' }, option.means),
          ),
        ),
      ),
    ),
    h(FieldError, { id: `${id}-error`, error }),
  );
}

export const Tick = ({ label, ...rest }) =>
  h('label', { class: 'tick' }, h('input', { type: 'checkbox', ...rest }), h('span', null, label));

/** A text to take away, and a button that copies it and says so. */
export function Copyable({ label, text, secret }) {
  const [copied, setCopied] = useState('');
  const id = useId();
  const box = useRef();
  useEffect(() => setCopied(''), [text]);
  const copy = async () => setCopied((await copyText(text, box.current)) ? 'Copied' : 'Press Ctrl+C to copy');
  const field = {
    id,
    ref: box,
    readOnly: true,
    value: text,
    class: classes('mono', secret && 'secret'),
    onFocus: (event) => event.target.select(),
    spellcheck: false,
  };
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    h(
      'div',
      { class: 'copyable' },
      h('textarea', { ...field, rows: 2 }),
      h(
        Button,
        {
          icon: copied === 'Copied' ? 'check' : 'copy',
          kind: secret ? 'primary' : '',
          onClick: copy,
          'aria-label': `Copy: ${label}`,
        },
        copied === 'Copied' ? 'Copied' : 'Copy',
      ),
    ),
    h('p', { class: 'hint', role: 'status' }, copied === 'Copied' ? `${label}: copied to the clipboard.` : copied),
  );
}

/**
 * Browsers have a clipboard only where the page came over TLS or from the same machine; else the text is at least
 * selected.
 */
async function copyText(text, box) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    box.focus();
    box.select();
    return false;
  }
}
