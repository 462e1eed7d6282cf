import { h } from './dom.js';
import { Icon } from './icons.js';
import { Button } from './parts.js';

/** What stands around every view: whose token it is, the way back to the workspaces, and the way out. */
export const Shell = ({ caller, workspace, signOut, children }) =>
  h(
    'div',
    { class: 'shell' },
    h('a', { class: 'skip', href: '#heading', onClick: skip }, 'Skip to the content'),
    h(
      'header',
      { class: 'bar' },
      h(
        'a',
        { class: 'brand', href: '#/' },
        h('span', { class: 'mark' }, h(Icon, { name: 'key' })),
        h('span', { class: 'text' }, 'Latchkey'),
      ),
      workspace &&
        !caller.workspace &&
        h(
          'nav',
          { 'aria-label': 'Workspaces' },
          h('a', { class: 'back', href: '#/' }, h(Icon, { name: 'left' }), 'Workspaces'),
        ),
      h(
        'div',
        { class: 'who' },
        h('span', { class: 'name', title: 'As the activity names this token' }, caller.name),
        h('span', { class: 'role' }, caller.role),
      ),
      h(Button, { kind: 'quiet', icon: 'out', onClick: () => signOut() }, 'Sign out'),
    ),
    h('main', null, children),
  );

function skip(event) {
  event.preventDefault();
  document.getElementById('heading')?.focus();
}
