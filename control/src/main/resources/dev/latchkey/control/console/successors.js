import { keyAt } from './api.js';
import { useEffect, useState } from './dom.js';

/**
 * Knows the keys that were made in the place of those shown: of one in the list, from there; of any other, from the
 * control plane. What it does not know (yet), it leaves out; what is not kept any longer is null.
 */
export function useSuccessors(api, keys) {
  const [fetched, setFetched] = useState({});
  const here = Object.fromEntries(keys.map((key) => [key.id, key]));
  const missing = keys
    .filter(
      ({ state, successor }) => state === 'active' && successor && !here[successor] && fetched[successor] === undefined,
    )
    .map(({ workspace, successor }) => ({ workspace, id: successor }));
  useEffect(() => {
    for (const key of missing) {
      const found = (successor) => setFetched((now) => ({ ...now, [key.id]: successor }));
      api.get(keyAt(key)).then(
        (answer) => found(answer.key),
        (problem) => problem.status === 404 && found(null),
      );
    }
  }, [missing.map(({ id }) => id).join()]);
  return { ...fetched, ...here };
}

/** Only an active key without a successor that works can be rotated. */
export const mayRotate = (key, successors) =>
  key.state === 'active' &&
  (!key.successor || successors[key.successor] === null || successors[key.successor]?.state === 'revoked');

/** Whether a key that was replaced has been used since. Undefined: not known. */
export function stillUsed(key, successors) {
  const replaced = successors[key.successor]?.create_time;
  return replaced && !!key.last_used_time && new Date(key.last_used_time) > new Date(replaced);
}
