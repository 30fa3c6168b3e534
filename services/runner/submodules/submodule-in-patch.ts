/**
 * The submodule that a patch moves, adds or takes away, as the patch names it. Git passes over such a change without a word
 * where it applies a patch to files alone. Undefined where there is none.
 */
export function submoduleInPatch(patch: string): string | undefined {
  if (!patch.includes(gitlink)) return undefined
  let header: string | undefined
  for (const line of patch.split(/\r?\n/)) {
    if (line.startsWith('diff --git ')) header = line
    // What follows is content, which may look like anything.
    else if (/^(?:@@|--- |GIT binary patch)/.test(line)) header = undefined
    else if (header !== undefined && changed.test(line)) return nameIn(header)
  }
  return undefined
}

/** The mode of a commit of another repository. */
const gitlink = '160000'
const changed = new RegExp(`^(?:index \\S+|(?:new file|deleted file|old|new) mode) ${gitlink}$`)

/** Both names that a header has are the same, but where something is renamed. */
const nameIn = (header: string): string =>
  /^diff --git (?:"?\w+\/)?(.+?)"? (?:"?\w+\/)?\1"?$/.exec(header)?.[1] ?? header.slice('diff --git '.length)
