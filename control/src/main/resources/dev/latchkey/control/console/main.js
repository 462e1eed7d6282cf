import { connect } from './api.js';
import { h, render, useCallback, useEffect, useMemo, useState } from './dom.js';
import { useLoaded } from './loading.js';
import { Button, Empty, Loading } from './parts.js';
import { forgetToken, keepToken, storedToken } from './session.js';
import { Shell } from './shell.js';
import { SignIn } from './signin.js';
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
  if (!token) {
    return h(SignIn, { onSignIn: signIn, farewell });
  }
  return h(SignedIn, { token, signOut });
}

function SignedIn({ token, signOut }) {
  const api = useMemo(() => connect(token, () => signOut('This token is not accepted, or not any more. Sign in with another one.')), [token]);
  const { value: caller, problem, again } = useLoaded((signal) => api.get('/v1/caller', {}, signal), token);
  const here = usePlace();
  if (!caller) {
    return h('main', { class: 'alone' }, problem ? h(NotNow, { problem, again, signOut }) : h(Loading, null, 'Signing in …'));
  }
  const workspace = caller.workspace || here.workspace;
  return h(Shell, { caller, workspace, signOut },
    workspace
      ? h(Workspace, { key: workspace, api, caller, workspace, view: here.view, query: here.query })
      : h(Workspaces, { api }));
}

const NotNow = ({ problem, again, signOut }) =>
  h(Empty, { icon: 'warn', title: 'Signing in is not possible now', action: h('div', { class: 'pair' }, h(Button, { kind: 'primary', onClick: again }, 'Try again'), h(Button, { onClick: () => signOut() }, 'Sign out')) }, problem.message);

render(h(App), document.getElementById('app'));
