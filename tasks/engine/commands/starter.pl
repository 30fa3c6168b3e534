# Starts commands for a program in which forking is slow, one after the other.
#
#     perl starter.pl
#
# Frames come through stdin: a number of bytes, a line end, so many bytes, which are fields with NULs between them.
#
#     MARKER NAME=VALUE...                                once: what ends the output of each command, and the environment
#     DIRECTORY NUMBER CHANGE... PROGRAM ARGUMENT...      a command, and so many changes: NAME=VALUE, or NAME for one to be removed
#
# A command is a process group of its own in the session of this program. It has stdout and stderr of this program, and an
# empty stdin. When it has ended, the marker is written to both, and after that its end is told. Told through descriptor 3, a line each:
#
#     ready                 once, when commands can be started
#     failed                the command was not started; where it was forked for it, the next line tells the end of that
#     ended PID STATUS      as of wait(2)
#
# Ends with its stdin. No module is loaded: that takes longer than to start a command.

open(my $reports, '>&=', 3) or exit 1;

sub frame {
    defined(my $length = <STDIN>) or exit;
    read(STDIN, my $frame, $length) == $length or exit;
    return split /\0/, $frame, -1;
}

sub change {
    my ($name, $value) = split /=/, $_[0], 2;
    if (defined $value) { $ENV{$name} = $value } else { delete $ENV{$name} }
}

my ($marker, @environment) = frame();
%ENV = ();
change($_) for @environment;
syswrite($reports, "ready\n");

while (1) {
    my ($directory, $number, @words) = frame();
    my @changes = splice(@words, 0, $number);
    my $pid = fork;
    if (!defined $pid) {
        syswrite($reports, "failed\nended 0 0\n");
        next;
    }
    if ($pid == 0) {
        setpgrp(0, 0);
        change($_) for @changes;
        if (open(STDIN, '<', '/dev/null') && chdir($directory)) { exec { $words[0] } @words }
        syswrite($reports, "failed\n");
        kill 'KILL', $$;
    }
    waitpid($pid, 0);
    my $status = $?;
    # F_SETFL: a command may have left its streams so that they refuse what finds no room, for others too.
    fcntl(STDOUT, 4, 0);
    fcntl(STDERR, 4, 0);
    # It may have shut one down, too: then the marker does not come.
    $SIG{PIPE} = 'IGNORE';
    syswrite(STDOUT, $marker);
    syswrite(STDERR, $marker);
    $SIG{PIPE} = 'DEFAULT';
    syswrite($reports, "ended $pid $status\n");
}
