import { foldedName } from '../../../config/mcp/names.ts'
import { type McpSettings, serverName } from '../../../config/mcp/schema.ts'
import { UserError } from '../../../lib/user-error.ts'
import { visible } from '../../../lib/visible.ts'

const fix = 'give another target_name (--target)'

/**
 * Checks what a server is to be called: nothing that a person has declared, and nothing whose tools would be called as something
 * that a person has named. Throws a UserError.
 */
export function checkTargetName(name: string, { servers, composites }: McpSettings): void {
  const shown = `"${visible(name.slice(0, 100))}"`
  if (!serverName.safeParse(name).success)
    throw new UserError(
      `${shown} is no name of a server: small letters and digits, parts joined by "_" or "-"`,
      { fix },
    )
  if (Object.hasOwn(servers, name))
    throw new UserError(`a server ${shown} is declared by hand, and is never overridden`, { fix })
  const named = [
    ...Object.keys(composites),
    ...Object.values(servers).flatMap(({ tools }) => Object.values(tools).flatMap(one => one.name ?? [])),
  ]
  const taken = named.find(
    one => foldedName(one).startsWith(`${foldedName(name)}_`) || foldedName(one) === foldedName(name),
  )
  if (taken !== undefined)
    throw new UserError(`tools of a server ${shown} could be taken for ${taken}, which is declared by hand`, {
      fix,
    })
}

/**
 * Of servers `a` and `a_b` all tools that begin with `a_b_` are the longer one's, so that it could take those of the other away, and
 * have its own taken for them. Throws a UserError where the other one is declared by a person.
 */
export function checkPrefix(name: string, { servers }: Pick<McpSettings, 'servers'>): void {
  const shorter = Object.keys(servers).find(one => foldedName(name).startsWith(`${foldedName(one)}_`))
  if (shorter !== undefined)
    throw new UserError(
      `tools of a server "${name}" could be taken for those of ${shorter}, which is declared by hand`,
      { fix },
    )
}
