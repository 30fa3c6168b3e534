import t from 'tap'
import { pageMay } from '../../../../services/proxy/apps/page-may.ts'

const host = 'files--0123456789ab.localhost:9090'
const own = `http://${host}`
const from = (site: string, mode: string, dest: string) => ({
  'sec-fetch-site': site,
  'sec-fetch-mode': mode,
  'sec-fetch-dest': dest,
})

/** Who may, with a browser's pass. */
const cases: [what: string, asked: Parameters<typeof pageMay>[0] & { upgrades?: true }, may: boolean][] = [
  ['a program', { headers: {} }, true],
  ['a page of its own', { headers: from('same-origin', 'cors', 'empty') }, true],
  ['a form of its own', { method: 'POST', headers: { origin: own } }, true],
  ['a frame of its own', { headers: from('same-origin', 'navigate', 'iframe') }, true],
  ['who types its address', { headers: from('none', 'navigate', 'document') }, true],
  ['who goes there from another page', { headers: from('cross-site', 'navigate', 'document') }, true],
  ['a frame of another app', { headers: from('same-site', 'navigate', 'iframe') }, false],
  ['an object of another app', { headers: from('same-site', 'navigate', 'object') }, false],
  ['a picture of another app', { headers: from('same-site', 'no-cors', 'image') }, false],
  ['a page of another app', { headers: { origin: 'http://terminal--0123456789ab.localhost:9090' } }, false],
  ['a page that has no origin', { method: 'POST', headers: { origin: 'null' } }, false],
  ['a form that does not say whose it is', { method: 'POST', headers: {} }, false],
  ['a WebSocket of its own', { headers: { origin: own }, upgrades: true }, true],
  ['a WebSocket that does not say whose it is', { headers: {}, upgrades: true }, false],
]
for (const [what, { method, headers, upgrades = false }, may] of cases)
  t.test(what, async t => t.equal(pageMay({ method, headers: { host, ...headers } }, upgrades), may))
