/** What of a Markdown page can be checked. Pure; it reads the forms that this project's pages use. */

/** The targets of links and images, as written; without those in code. */
export function linksIn(page: string): string[] {
  const text = withoutCode(page)
  return [
    ...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
    ...text.matchAll(/^\[[^\]]+\]:\s*<?(\S+?)>?$/gm),
  ].map(([, target = '']) => target)
}

/** The anchors of a page's headings, as GitHub makes them: a second heading of one name gets `-1`. */
export function anchorsIn(page: string): Set<string> {
  const anchors = new Set<string>()
  const headings = page.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)
  for (const [, heading = ''] of headings) {
    const slug = slugOf(heading)
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}

const slugOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')

/** Each command of the `sh` blocks, and each `npx …` and `node …` in code within the text, without its comment. */
export function commandsIn(page: string): string[] {
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block
      .replaceAll(/\s*\\\n\s*/g, ' ')
      .split('\n')
      .map(line => line.replace(/(?:^|\s+)#.*/, '').trim())
      .filter(line => line !== ''),
  )
  const inline = [...withoutBlocks(page).matchAll(/`((?:npx|node) [^`]+)`/g)].map(([, command = '']) =>
    command.replaceAll(/\s+/g, ' '),
  )
  return [...blocks, ...inline]
}

const withoutBlocks = (page: string): string => page.replaceAll(/^```[\s\S]*?^```/gm, '')
const withoutCode = (page: string): string => withoutBlocks(page).replaceAll(/`[^`\n]*`/g, '')

/** The names under which the TypeScript on a page exports by default, as a Taskfile does: `export default { build, lint }`. */
export function exportedNamesIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, block = '']) => block)
  return blocks.flatMap(block => {
    const [, names = ''] = /^export default \{([^{}]*)\}/m.exec(block) ?? []
    return names
      .split(',')
      .map(name => name.trim().split(':')[0] ?? '')
      .filter(Boolean)
  })
}
