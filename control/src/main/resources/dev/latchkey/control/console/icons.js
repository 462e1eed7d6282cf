import { h } from './dom.js';

const PATHS = {
  key: 'M8.5 12a3.5 3.5 0 1 0-7 0 3.5 3.5 0 0 0 7 0Zm0 0H22v4m-5-4v3',
  plus: 'M12 5v14M5 12h14',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 4.5 4.5',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  cross: 'm6 6 12 12M18 6 6 18',
  minus: 'M6 12h12',
  warn: 'M12 4 2.5 20h19L12 4Zm0 6v4.5m0 2.8v.2',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v5.5M12 7.5v.2',
  turn: 'M4 12a8 8 0 0 1 14-5.3L20 9m0-5v5h-5m5 3a8 8 0 0 1-14 5.3L4 15m0 5v-5h5',
  pen: 'M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19 4 20Zm10-13.5 3.5 3.5',
  ban: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM5.7 5.7l12.6 12.6',
  out: 'M10 4H5v16h5m4-12 4 4-4 4m4-4H9',
  up: 'm7 14 5-5 5 5',
  down: 'm7 10 5 5 5-5',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5V12l3 2',
  right: 'm9 6 6 6-6 6',
  left: 'm15 6-6 6 6 6',
};

/** A picture that says nothing which the words beside it do not say. */
export const Icon = ({ name }) =>
  h(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    h('path', { d: PATHS[name] }),
  );
