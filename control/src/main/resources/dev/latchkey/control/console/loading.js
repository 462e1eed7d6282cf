import { useCallback, useEffect, useRef, useState } from './dom.js';

/** Work that a person starts, once at a time: whether it is under way, and what became of it if it failed. */
export function useTask(work) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const running = useRef(false);
  const run = async () => {
    if (running.current) {
      return;
    }
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (failure) {
      setProblem(shown(failure));
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { run, busy, problem };
}

/**
 * A list that comes page by page. `fetchPage(token, signal)` answers `[items, next token]`; a page may be empty
 * although there is a next one, and what is in the list already is not taken again. When `what` changes, the list
 * begins anew, and answers to what was asked before are not heard.
 */
export function usePages(fetchPage, size, what) {
  const [list, setList] = useState({ items: [], next: '', loading: true });
  const asked = useRef(null);
  const load = useCallback(
    async (items, token) => {
      asked.current?.abort();
      const abort = new AbortController();
      asked.current = abort;
      setList((now) => ({ ...now, loading: true, problem: null }));
      try {
        const wanted = items.length + size;
        let next = token;
        let all = items;
        do {
          const [page, following] = await fetchPage(next, abort.signal);
          const there = new Set(all.map(({ id }) => id));
          all = all.concat(page.filter(({ id }) => !there.has(id)));
          next = following;
        } while (next && all.length < wanted);
        setList({ items: all, next, loading: false });
      } catch (failure) {
        if (!abort.signal.aborted) {
          setList((now) => ({ ...now, loading: false, problem: shown(failure) }));
        }
      }
    },
    [what],
  );
  const reload = useCallback(() => load([], ''), [load]);
  useEffect(() => {
    reload();
    return () => asked.current?.abort();
  }, [reload]);
  return {
    ...list,
    reload,
    more: () => load(list.items, list.next),
    change: (edit) => setList((now) => ({ ...now, items: edit(now.items) })),
  };
}

/** Loads one thing, again whenever `what` changes. */
export function useLoaded(fetchIt, what) {
  const [state, setState] = useState({});
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setState({});
    fetchIt(abort.signal).then(
      (value) => abort.signal.aborted || setState({ value }),
      (failure) => abort.signal.aborted || setState({ problem: shown(failure) }),
    );
    return () => abort.abort();
  }, [what, tries]);
  return { ...state, again: () => setTries(tries + 1) };
}

/** A mistake in this page is to be seen as one. */
function shown(failure) {
  if (failure.beside) {
    return failure;
  }
  console.error(failure);
  return { message: String(failure), at: () => '', beside: () => `This page has failed: ${failure.message}` };
}
