import { Dialog } from './dialog.js';
import { h } from './dom.js';
import { Button, Notice } from './parts.js';

/** A key that an earlier attempt has made: its secret was in that answer, and is in no other. */
export const Repeated = ({ actions, about: { key } }) =>
  h(
    Dialog,
    { title: 'This key exists already', onClose: actions.close },
    h(
      'div',
      { class: 'body' },
      h(
        Notice,
        { tone: 'warning' },
        'An earlier attempt made ',
        h('strong', null, key.name),
        ' (',
        h('code', null, `${key.start}…`),
        '), and the secret was in its answer. ',
        key.answer_unconfirmed
          ? 'Whether that answer arrived anywhere is not known, and the key was not used yet. If you do not have it, rotate the key without overlap to get another one, or revoke it.'
          : 'The key was used since, or has ended.',
      ),
    ),
    h(
      'footer',
      null,
      h(Button, { onClick: actions.close }, 'Close'),
      h('span', { class: 'grow' }),
      key.state !== 'revoked' &&
        h(Button, { kind: 'danger', icon: 'ban', onClick: () => actions.open('revoke', { key }) }, 'Revoke'),
      key.state === 'active' &&
        h(
          Button,
          { kind: 'primary', icon: 'turn', onClick: () => actions.open('rotate', { key, overlap: '0' }) },
          'Rotate',
        ),
    ),
  );
