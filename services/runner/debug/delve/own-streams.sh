# Runs Delve with the standard streams of the command, which the program that it debugs inherits: our descriptors 5, 3 and 4,
# see engine-host.sh. Ours stay open as long as it runs, so that its end is seen.
#
#   sh own-streams.sh DLV [ARGUMENT…]
#
# All of it stands in braces, so that the shell has read it to its end before it runs.
{
  unset DEBUG_SERVER_HOST
  "$@" <&5 >&3 2>&4 3>&- 4>&- 5<&-
  echo "dlv has ended with status $?" >&2
  exit
}
