import { join } from 'node:path'
import type { McpSettings } from '../../../config/mcp/schema.ts'
import { removeTree } from '../../../lib/remove-tree.ts'
import { packagesName } from '../packages/package-place.ts'

/** Those of these directories of packages that no server uses, whoever declared it. */
export const unusedOf = ({ servers }: McpSettings, directories: readonly string[]): string[] => {
  const texts = Object.values(servers).flatMap(({ command, args }) => [command ?? '', ...args])
  return directories.filter(one => !texts.some(text => text.includes(`${packagesName}/${one}/`)))
}

export async function removeUnused(
  root: string,
  settings: McpSettings,
  directories: readonly string[],
): Promise<string[]> {
  const unused = unusedOf(settings, directories)
  for (const one of unused) await removeTree(join(root, packagesName, one))
  return unused
}
