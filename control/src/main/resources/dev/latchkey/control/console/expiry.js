import { Choices, Field } from './parts.js';
import { Fragment, h, useState } from './dom.js';
import { DAY, date, endOfDay, seconds, tomorrow } from './words.js';

const days = (number) => ({
  value: String(number),
  label: number === 365 ? '1 year' : `${number} days`,
  means: `until ${date(Date.now() + number * DAY)}`,
});
const ON = { value: 'on', label: 'On a date' };
const NEVER = { value: 'never', label: 'Never', means: 'until it is revoked' };
export const PRESETS = [days(30), days(90), days(365), ON, NEVER];

/** The choice of an end. `fields()` is what it adds to the request; `missing()` says what it still needs. */
export function useExpiry(first) {
  const [choice, setChoice] = useState(first);
  const [day, setDay] = useState('');
  return {
    choice,
    setChoice,
    day,
    setDay,
    missing: () => (choice === 'on' && !endOfDay(day) ? 'Choose a date.' : ''),
    fields: () => {
      if (choice === 'on') {
        return { expire_time: endOfDay(day) };
      }
      return Number(choice) ? { lifetime: seconds((Number(choice) * DAY) / 1000) } : {};
    },
  };
}

export const Expiry = ({ of, legend, options, error, hint }) =>
  h(
    Fragment,
    null,
    h(Choices, {
      legend,
      options,
      hint,
      value: of.choice,
      onChange: of.setChoice,
      row: true,
      error: of.choice === 'on' ? '' : error,
    }),
    of.choice === 'on' &&
      h(Field, {
        label: 'Last day',
        error,
        control: (attributes) =>
          h('input', {
            ...attributes,
            type: 'date',
            min: tomorrow(),
            max: '9999-12-31',
            value: of.day,
            onInput: (event) => of.setDay(event.target.value),
          }),
      }),
  );
