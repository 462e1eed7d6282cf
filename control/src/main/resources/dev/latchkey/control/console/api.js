// The control plane's REST interface. Answers are the JSON that docs and command line show; failures are a Problem.
import { visible } from './words.js';

/**
 * The control plane's own address: this file is in a folder of a folder there, whatever path a proxy has put before it.
 */
const BASE = new URL('../../', import.meta.url);

/** A little longer than the control plane gives a call. */
const PATIENCE_MILLIS = 35_000;

/** What went wrong, as RFC 9457 and the violations per field say it. Status 0: the control plane did not answer. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `the control plane answered ${status}`);
    this.status = status;
    /** Whether what was asked for may have been done all the same: no answer, or one by something in between. */
    this.open = status === 0 || (status >= 500 && !body.code);
    this.violations = body.violations || [];
  }

  /** Returns what is wrong with a field, or ''. `scopes[2]` counts as `scopes`. */
  at(...fields) {
    return this.violations
      .filter((violation) => fields.includes(fieldOf(violation)))
      .map(sentence)
      .join('; ');
  }

  /** Returns what belongs to none of the fields that a form shows. */
  beside(fields) {
    const rest = this.violations.filter((violation) => !fields.includes(fieldOf(violation)));
    return this.violations.length === 0 ? this.message : rest.map((v) => `${v.field}: ${sentence(v)}`).join('; ');
  }
}

const fieldOf = (violation) => (violation.field || '').replace(/[[.].*$/, '');

const sentence = ({ value, expected }) =>
  value === undefined || value === '' ? `expected: ${expected}` : `${value} (expected: ${expected})`;

/** Returns the calls that the holder of `token` can make. `refused` is told when the token is not accepted. */
export function connect(token, refused) {
  const call = async (method, path, { query, body, signal } = {}) => {
    const headers = { Authorization: `Bearer ${token}`, Accept: 'application/json' };
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    const { status, ok, answer } = await send(new URL(`.${path}${queryString(query)}`, BASE), signal, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    });
    if (ok) {
      return answer;
    }
    const problem = new Problem(status, answer);
    if (status === 401) {
      refused(problem);
    }
    throw problem;
  };
  return {
    get: (path, query, signal) => call('GET', path, { query, signal }),
    post: (path, body) => call('POST', path, { body }),
    patch: (path, body) => call('PATCH', path, { body }),
  };
}

/** Names and reasons from before the control plane refused characters that do not show. */
function shown(answer) {
  if (Array.isArray(answer)) {
    return answer.map(shown);
  }
  if (typeof answer === 'string') {
    return visible(answer);
  }
  return answer && typeof answer === 'object'
    ? Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, shown(value)]))
    : answer;
}

/** Waits for the whole answer, and not for ever. Whoever gives up by `cancel` is told so by an AbortError. */
async function send(url, cancel, options) {
  const abort = new AbortController();
  const giveUp = () => abort.abort();
  const timer = setTimeout(giveUp, PATIENCE_MILLIS);
  cancel?.addEventListener('abort', giveUp);
  try {
    const response = await fetch(url, { ...options, signal: abort.signal });
    const answer = await response.json().catch((failure) => {
      // What is no JSON comes from something in between; what breaks off is no answer.
      if (failure instanceof SyntaxError && !response.ok) {
        return {};
      }
      throw failure;
    });
    return { status: response.status, ok: response.ok, answer: shown(answer) };
  } catch (failure) {
    if (cancel?.aborted) {
      throw failure;
    }
    throw new Problem(0, {
      detail:
        options.method === 'GET' ? SILENT : `${SILENT} It may have done what was asked of it, or may still do it.`,
    });
  } finally {
    clearTimeout(timer);
    cancel?.removeEventListener('abort', giveUp);
  }
}

const SILENT = 'The control plane does not answer.';

function queryString(query = {}) {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

/** Returns the path of a workspace, or of what is in it. */
export const at = (workspace, ...rest) => ['/v1/workspaces', encodeURIComponent(workspace), ...rest].join('/');

/** Returns the path of a key, or of a verb on it. */
export const keyAt = (key, verb = '') => at(key.workspace, 'keys', encodeURIComponent(key.id) + verb);

/** Gives the same request the same id however often it is sent, and another request another one. */
export function requestIds() {
  const ids = new Map();
  return (body) => {
    const text = JSON.stringify(body);
    if (!ids.has(text)) {
      ids.set(text, uuid());
    }
    return { ...body, request_id: ids.get(text) };
  };
}

/** Browsers have randomUUID only where the page came over TLS or from the same machine. */
function uuid() {
  if (crypto.randomUUID) {
    return crypto.randomUUID();
  }
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
