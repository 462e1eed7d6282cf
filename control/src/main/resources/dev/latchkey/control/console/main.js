import { connect } from './api.js';
import { Fragment, h, render, useCallback, useEffect, useMemo, useState } from './dom.js';
import { useLoaded } from './loading.js';
import { Button, Empty, Loading } from './parts.js';
import { forgetToken, keepToken, storedToken } from './session.js';
import { Shell } from './shell.js';
import { Secret } from './secret.js';
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
  const [revealed, setRevealed] = useState(null);
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
  // A new key's secret is in one answer: it is shown wherever the person has gone to since it was asked for.
  return h(Fragment, null,
    token ? h(SignedIn, { token, signOut, reveal: setRevealed }) : h(SignIn, { onSignIn: signIn, farewell }),
    revealed && h(Secret, { key: revealed.key.id, about: revealed, onClose: () => setRevealed(null) }));
}

function SignedIn({ token, signOut, reveal }) {
  const api = useMemo(() => connect(token, () => signOut('This token is not accepted, or not any more. Sign in with another one.')), [token]);
  const { value: caller, problem, again } = useLoaded((signal) => api.get('/v1/caller', {}, signal), token);
  const here = usePlace();
  if (!caller) {
    return h('main', { class: 'alone' }, problem ? h(NotNow, { problem, again, signOut }) : h(Loading, null, 'Signing in …'));
  }
  const workspace = caller.workspace || here.workspace;
  return h(Shell, { caller, workspace, signOut },
    workspace
      ? h(Workspace, { key: workspace, api, caller, workspace, reveal, view: here.view, query: here.query })
      : h(Workspaces, { api }));
}

const NotNow = ({ problem, again, signOut }) =>
  h(Empty, { icon: 'warn', title: 'Signing in is not possible now', action: h('div', { class: 'pair' }, h(Button, { kind: 'primary', onClick: again }, 'Try again'), h(Button, { onClick: () => signOut() }, 'Sign out')) }, problem.message);

const root = document.getElementById('app');
const show = () => render(h(App), root);
// A browser may keep a page that was left, to show it again on the way back: with no token and no secret in it.
addEventListener('pagehide', () => render(null, root));
addEventListener('pageshow', (event) => event.persisted && show());
show();
