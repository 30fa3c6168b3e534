import type { ViewerId } from '../../../contract/ids.ts'
import { keyOf } from '../breakpoints/breakpoint-list.ts'
import type { LiveChild, LiveChildren } from '../children/live-children.ts'

/** An editor takes its breakpoints along from all processes below one that it has not come to. Never rejects. */
export async function leaveChildren(children: LiveChildren, editor: ViewerId): Promise<void> {
  await Promise.allSettled(
    children.next().flatMap(child => [leaveChild(child, editor), leaveChildren(child.children, editor)]),
  )
}

async function leaveChild({ editors, breakpoints }: LiveChild, editor: ViewerId): Promise<void> {
  if (editors.here.has(editor)) return
  const there = new Map(breakpoints.list.told().map(one => [keyOf(one), one.id]))
  const own = [...there.keys()].filter(key => editors.claims.has(editor, key))
  const ids = editors.claims.replace(editor, own, [], there).flatMap(key => there.get(key) ?? [])
  if (ids.length > 0) await breakpoints.add([], { ids, clear: false })
}
