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
 * have its own taken for them. Throws a UserError where the other one is declared by a person, or `installed`, then whichever is the longer;
 * one that is installed already is not asked again.
 */
export function checkPrefix(
  name: string,
  { servers }: Pick<McpSettings, 'servers'>,
  installed: { readonly before: Readonly<Record<string, unknown>>; readonly beside?: readonly string[] },
): void {
  const shorter = Object.keys(servers).find(one => isWithin(one, name))
  if (shorter !== undefined)
    throw new UserError(
      `tools of a server "${name}" could be taken for those of ${shorter}, which is declared by hand`,
      { fix },
    )
  if (Object.hasOwn(installed.before, name)) return
  const other = [...Object.keys(installed.before), ...(installed.beside ?? [])].find(
    one => isWithin(one, name) || isWithin(name, one),
  )
  if (other !== undefined)
    throw new UserError(
      `tools of a server "${name}" could be taken for those of ${other}, and the other way round`,
      {
        fix,
      },
    )
}

/** Whether what begins with the longer name begins with the shorter one as well. */
const isWithin = (shorter: string, longer: string): boolean =>
  foldedName(longer).startsWith(`${foldedName(shorter)}_`)
