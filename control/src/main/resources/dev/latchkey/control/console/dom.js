// What the views are made of: elements by preact, and the hooks that they use.
export { Fragment, h, render } from './preact.js';
export { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from './hooks.js';

/** Joins the class names that are any. */
export const classes = (...names) => names.filter(Boolean).join(' ');
