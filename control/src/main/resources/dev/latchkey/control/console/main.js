import { connect } from './api.js';
import { Fragment, h, render, useCallback, useEffect, useMemo, useRef, useState } from './dom.js';
import { useLoaded } from './loading.js';
import { Button, Empty, Loading } from './parts.js';
import { forgetToken, keepToken, storedToken } from './session.js';
import { Shell } from './shell.js';
import { Secret } from './secret.js';
import { SignIn } from './signin.js';
import { Failed } from './unanswered.js';
import { Workspace } from './workspace.js';
import { Workspaces } from './workspaces.js';

/** The address after `#` says what is shown, so that it can be linked to: `#/ws_1/activity?key=key_…`. */
function place() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [workspace = '', view = ''] = path.split('/').map(decoded);
  return { workspace, view: view || 'keys', query: new URLSearchParams(query) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function usePlace() {
  const [now, setNow] = useState(place);
  useEffect(() => {
    const changed = () => setNow(place());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return now;
}

function App() {
  const [token, setToken] = useState(storedToken);
  const [farewell, setFarewell] = useState('');
  const [told, setTold] = useState([]);
  const current = useRef();
  current.current = token;
  const signIn = (given, keep) => {
    keepToken(given, keep);
    setFarewell('');
    setToken(given);
  };
  const signOut = useCallback((why = '') => {
    forgetToken();
    setFarewell(why);
    setToken('');
  }, []);
  // An answer may come so late that its person has signed in with another token by then.
  const refused = useCallback(
    (which) =>
      which === current.current && signOut('This token is not accepted, or not any more. Sign in with another one.'),
    [],
  );
  const tell = useCallback((about) => setTold((now) => [...now, about]), []);
  // A new key's secret is in one answer: it is shown wherever the person has gone to since, and of several one after
  // the other.
  const [about] = told;
  return h(
    Fragment,
    null,
    token ? h(SignedIn, { token, signOut, refused, tell }) : h(SignIn, { onSignIn: signIn, farewell }),
    about &&
      h(about.failure ? Failed : Secret, {
        key: about.key?.id || about.name,
        about,
        onClose: () => setTold((now) => now.filter((other) => other !== about)),
      }),
  );
}

function SignedIn({ token, signOut, refused, tell }) {
  const api = useMemo(() => connect(token, () => refused(token)), [token]);
  const { value: caller, problem, again } = useLoaded((signal) => api.get('/v1/caller', {}, signal), token);
  const here = usePlace();
  if (!caller) {
    return h(
      'main',
      { class: 'alone' },
      problem ? h(NotNow, { problem, again, signOut }) : h(Loading, null, 'Signing in …'),
    );
  }
  const workspace = caller.workspace || here.workspace;
  return h(
    Shell,
    { caller, workspace, signOut },
    workspace
      ? h(Workspace, { key: workspace, api, caller, workspace, tell, view: here.view, query: here.query })
      : h(Workspaces, { api }),
  );
}

const NotNow = ({ problem, again, signOut }) =>
  h(
    Empty,
    {
      icon: 'warn',
      title: 'Signing in is not possible now',
      action: h(
        'div',
        { class: 'pair' },
        h(Button, { kind: 'primary', onClick: again }, 'Try again'),
        h(Button, { onClick: () => signOut() }, 'Sign out'),
      ),
    },
    problem.message,
  );

const root = document.getElementById('app');
const show = () => render(h(App), root);
// A browser may keep a page that was left, to show it again on the way back: with no token and no secret in it.
addEventListener('pagehide', () => render(null, root));
addEventListener('pageshow', (event) => event.persisted && show());
show();
