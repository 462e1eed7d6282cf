import { at, keyAt } from './api.js';
import { CreateKey } from './create.js';
import { h, useCallback, useEffect, useState } from './dom.js';
import { EditKey } from './edit.js';
import { KeyDetails } from './keydetails.js';
import { KeyTable } from './keytable.js';
import { usePages } from './loading.js';
import { Button, Empty, Failure, Loading } from './parts.js';
import { RevokeAll, RevokeKey } from './revoke.js';
import { RotateKey } from './rotate.js';
import { Repeated } from './repeated.js';
import { Toolbar } from './toolbar.js';
import { useSuccessors } from './successors.js';
import { count, DAY, seconds } from './words.js';

const PAGE = 25;
const SOON = { expiring_in: seconds((14 * DAY) / 1000) };
const SHOWN = {
  active: {},
  expiring: SOON,
  expired: { state: 'expired' },
  revoked: { state: 'revoked' },
  all: { show_all: true },
};
const FIRST = { show: 'active', name: '', order: 'create_time desc' };
const DIALOGS = {
  create: CreateKey,
  details: KeyDetails,
  edit: EditKey,
  rotate: RotateKey,
  revoke: RevokeKey,
  revokeAll: RevokeAll,
  repeated: Repeated,
};

/** The keys of a workspace, and everything that can be done with them. */
export function Keys({ api, workspace, tell, mayManage }) {
  const [filter, setFilter] = useState(FIRST);
  const [dialog, setDialog] = useState(null);
  const [news, setNews] = useState('');
  const list = usePages(
    async (token, signal) => {
      const query = {
        page_size: PAGE,
        page_token: token,
        name: filter.name,
        order_by: filter.order,
        ...SHOWN[filter.show],
      };
      const answer = await api.get(at(workspace, 'keys'), query, signal);
      return [answer.keys || [], answer.next_page_token];
    },
    PAGE,
    JSON.stringify(filter),
  );
  const successors = useSuccessors(api, list.items);
  useEffect(() => setNews(''), [filter]);

  const open = useCallback((kind, about) => setDialog({ kind, ...about }), []);
  const close = useCallback(() => setDialog(null), []);
  const openId = (id) =>
    api.get(keyAt({ workspace, id })).then(
      ({ key }) => open('details', { key }),
      (problem) => setNews(`${id}: ${problem.message}`),
    );
  // What was changed stays in sight as it is now, also where a fresh list would leave it out.
  const changed = (key, words) => {
    list.change((items) => items.map((item) => (item.id === key.id ? key : item)));
    setNews(words);
  };
  const added = (key) => list.change((items) => [key, ...items.filter(({ id }) => id !== key.id)]);
  /**
   * What a call has made: with its secret, which the page shows above everything, or of an earlier call and without
   * one.
   */
  const made = (answer) => {
    added(answer.key);
    if (answer.repeated) {
      open('repeated', { key: answer.key });
    } else {
      close();
      tell({ api, key: answer.key, secret: answer.secret, replaces: answer.predecessor });
    }
  };
  const failed = (name, failure) => tell({ name, workspace, failure });
  const actions = { open, openId, close, changed, made, failed, reload: list.reload };

  const filtered = filter.name !== '' || filter.show !== 'active';
  const nothing = !list.loading && !list.problem && list.items.length === 0;
  const create =
    mayManage && h(Button, { kind: 'primary', icon: 'plus', onClick: () => open('create') }, 'Create API key');
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'title' },
      h(
        'div',
        { class: 'grow' },
        h('h1', { id: 'heading', tabIndex: -1 }, 'API keys'),
        h(
          'p',
          { class: 'lead' },
          'Programs send one in ',
          h('code', null, 'Authorization: Bearer'),
          '. Each can do only what its scopes allow.',
        ),
      ),
      create,
    ),
    h(Toolbar, { filter, onChange: setFilter }),
    h(
      'p',
      { class: 'news', role: 'status' },
      news || (!list.loading && !list.problem && `${list.next ? 'The first ' : ''}${count(list.items.length, 'key')}`),
    ),
    h(Failure, { problem: list.problem, again: list.reload }),
    nothing
      ? filtered
        ? h(
            Empty,
            {
              icon: 'search',
              title: 'No key matches',
              action: h(Button, { onClick: () => setFilter(FIRST) }, 'Show the active keys'),
            },
            'Nothing here with this name and state.',
          )
        : h(
            Empty,
            {
              title: 'No active API key',
              action: mayManage && h(Button, { onClick: () => open('create') }, 'Create the first one'),
            },
            'A program needs one to call the API for this workspace.',
          )
      : h(KeyTable, {
          keys: list.items,
          loading: list.loading,
          successors,
          mayManage,
          filter,
          onOrder: (order) => setFilter({ ...filter, order }),
          actions,
        }),
    list.loading && h(Loading, null, 'Loading keys …'),
    list.next && !list.loading && h('div', { class: 'more' }, h(Button, { onClick: list.more }, 'Show more')),
    mayManage &&
      list.items.length > 0 &&
      h(
        'section',
        { class: 'danger-zone', 'aria-labelledby': 'all-heading' },
        h(
          'div',
          { class: 'grow' },
          h('h2', { id: 'all-heading' }, 'Revoke all keys'),
          h(
            'p',
            null,
            'For when the workspace itself is compromised. Every request with any of its keys is refused from then on.',
          ),
        ),
        h(Button, { kind: 'danger', icon: 'ban', onClick: () => open('revokeAll') }, 'Revoke all keys'),
      ),
    dialog &&
      h(DIALOGS[dialog.kind], {
        key: dialog.kind + (dialog.key?.id || ''),
        api,
        workspace,
        mayManage,
        successors,
        actions,
        about: dialog,
      }),
  );
}
