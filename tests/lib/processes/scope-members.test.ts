import t from 'tap'
import type { ProcessEntry } from '../../../lib/processes/process-entry.ts'
import { scopeMembers } from '../../../lib/processes/scope-members.ts'

/** A line of a table: pid, parent, session; group and start follow the session and the pid. */
function entry(pid: number, ppid: number, sid: number, more: Partial<ProcessEntry> = {}): ProcessEntry {
  const base = {
    pid,
    ppid,
    pgid: sid,
    sid,
    startTime: `t${pid}`,
    startOrder: pid,
    zombie: false,
    stopped: false,
  }
  return { ...base, ...more }
}

const root = { pid: 100, startTime: 't100' }
const nobody = () => false

const cases: { name: string; table: ProcessEntry[]; marked?: number[]; members: number[] }[] = [
  { name: 'nothing runs', table: [entry(1, 0, 1)], members: [] },
  {
    name: 'the root and its session',
    table: [entry(100, 9, 100), entry(101, 100, 100)],
    members: [100, 101],
  },
  { name: 'a session whose leader is gone', table: [entry(101, 1, 100)], members: [101] },
  {
    name: 'a recycled pid with a session of its own',
    table: [entry(100, 1, 100, { startTime: 'later' }), entry(101, 100, 100)],
    members: [],
  },
  {
    name: 'a zombie root',
    table: [entry(100, 9, 100, { zombie: true }), entry(101, 1, 100)],
    members: [101],
  },
  {
    name: 'a descendant with a session of its own',
    table: [entry(100, 9, 100), entry(200, 100, 200)],
    members: [100, 200],
  },
  {
    name: 'a daemon that bears the mark, and its child',
    table: [entry(300, 1, 300), entry(301, 300, 301)],
    marked: [300],
    members: [300, 301],
  },
  { name: 'a stranger and its child', table: [entry(400, 1, 400), entry(401, 400, 400)], members: [] },
  { name: 'a table with a loop', table: [entry(500, 501, 500), entry(501, 500, 500)], members: [] },
  {
    name: 'a child listed before its parent',
    table: [entry(90, 100, 90), entry(100, 9, 100)],
    members: [90, 100],
  },
]

for (const { name, table, marked = [], members } of cases) {
  t.test(name, async t => {
    const found = scopeMembers(table, [root], ({ pid }) => marked.includes(pid))
    t.same(
      found.map(({ pid }) => pid),
      members,
    )
  })
}

t.same(
  scopeMembers([entry(process.pid, 1, 100), entry(1, 0, 100)], [root], nobody),
  [],
  'never this process, never the first',
)
