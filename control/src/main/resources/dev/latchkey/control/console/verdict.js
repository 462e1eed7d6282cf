import { classes, h } from './dom.js';
import { Icon } from './icons.js';

const OUTCOMES = { passed: ['check', 'passed'], failed: ['cross', 'failed'], not_reached: ['minus', 'not reached'] };

/** A decision: what it is, each step on the way to it, and what client or upstream get. */
export const Verdict = ({ answer }) =>
  h(
    'div',
    null,
    h(
      'div',
      { class: classes('verdict', answer.allowed ? 'allowed' : 'denied') },
      h(Icon, { name: answer.allowed ? 'check' : 'ban' }),
      h(
        'div',
        null,
        h('h2', null, answer.allowed ? 'Allowed' : `Denied: ${answer.answer?.status || ''} ${answer.code}`),
        h('p', null, 'reason ', h('code', null, answer.reason)),
      ),
    ),
    h(
      'ol',
      { class: 'steps' },
      (answer.steps || []).map((step) => h(Step, { key: step.name, step })),
    ),
    answer.allowed
      ? h(Block, { title: 'The upstream gets in addition', lines: headers(answer.upstream_headers), none: 'nothing' })
      : h(Block, {
          title: 'The client gets',
          lines: [
            `HTTP ${answer.answer?.status || ''}`,
            ...headers(answer.answer?.headers),
            '',
            pretty(answer.answer?.body),
          ],
        }),
  );

function Step({ step: { name, outcome, detail } }) {
  const [icon, words] = OUTCOMES[outcome] || OUTCOMES.not_reached;
  return h(
    'li',
    { class: outcome },
    h(Icon, { name: icon }),
    h('span', { class: 'step' }, name),
    h('span', { class: 'unseen' }, ` ${words}: `),
    h('span', { class: 'grow' }, detail || (outcome === 'not_reached' ? 'not reached' : '')),
  );
}

const headers = (list = []) => list.map(({ name, value }) => `${name}: ${value}`);

const Block = ({ title, lines, none }) =>
  h(
    'div',
    { class: 'block' },
    h('h3', null, title),
    lines.length
      ? h('pre', { tabIndex: 0, role: 'region', 'aria-label': title }, lines.join('\n'))
      : h('p', { class: 'faint' }, none),
  );

function pretty(body = '') {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
