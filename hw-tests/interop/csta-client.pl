#!/usr/bin/perl
# A CSTA III application of its own: PDUs by Convert::ASN1 from notation written for it, nothing
# of the gateway's. Logs in, monitors a device, calls from it, waits for the answer, clears, and
# says on each line what it saw.
use strict;
use warnings;
use Convert::ASN1;
use IO::Socket::INET;

my ($framing, $port, $user, $password, $device, $called) = @ARGV;
my $wait_seconds = 20;
$| = 1;

my $asn = Convert::ASN1->new(encoding => 'BER', tagdefault => 'EXPLICIT');
$asn->prepare(<<'NOTATION') or die $asn->error;
  External ::= [UNIVERSAL 8] IMPLICIT SEQUENCE {
    reference OBJECT IDENTIFIER OPTIONAL, single [0] ANY }
  AARQ ::= [APPLICATION 0] IMPLICIT SEQUENCE {
    version [0] IMPLICIT BIT STRING OPTIONAL, context [1] OBJECT IDENTIFIER,
    requirements [10] IMPLICIT BIT STRING OPTIONAL, authentication [12] Authentication OPTIONAL,
    information [30] IMPLICIT SEQUENCE OF External OPTIONAL }
  Authentication ::= CHOICE { other [2] IMPLICIT SEQUENCE { single [0] Sender } }
  Sender ::= CHOICE { sender [0] IMPLICIT SEQUENCE { name OCTET STRING, password OCTET STRING } }
  AARE ::= [APPLICATION 1] IMPLICIT SEQUENCE {
    version [0] IMPLICIT BIT STRING OPTIONAL, context [1] OBJECT IDENTIFIER, result [2] INTEGER,
    diagnostic [3] ANY, requirements [8] IMPLICIT BIT STRING OPTIONAL, value [10] ANY OPTIONAL,
    information [30] IMPLICIT SEQUENCE OF External OPTIONAL }
  Release ::= CHOICE {
    request [APPLICATION 2] IMPLICIT SEQUENCE { reason [0] IMPLICIT INTEGER OPTIONAL },
    response [APPLICATION 3] IMPLICIT SEQUENCE { reason [0] IMPLICIT INTEGER OPTIONAL } }
  Information ::= [0] IMPLICIT SEQUENCE { versions BIT STRING }

  Operation ::= CHOICE {
    invoke [1] IMPLICIT SEQUENCE { id INTEGER, operation INTEGER, argument ANY OPTIONAL },
    result [2] IMPLICIT SEQUENCE { id INTEGER, done Done OPTIONAL },
    error [3] IMPLICIT SEQUENCE { id INTEGER, code INTEGER, parameter ANY },
    reject [4] IMPLICIT SEQUENCE { id INTEGER, problem ANY } }
  Done ::= SEQUENCE { operation INTEGER, value ANY OPTIONAL }

  Device ::= SEQUENCE {
    id DeviceChoice, number [0] IA5String OPTIONAL, name [1] IA5String OPTIONAL, ... }
  DeviceChoice ::= CHOICE {
    dialingNumber [0] IMPLICIT IA5String, deviceNumber [1] IMPLICIT INTEGER,
    implicitPublic [2] IMPLICIT IA5String, explicitPublic [3] ANY,
    implicitPrivate [4] IMPLICIT IA5String, explicitPrivate [5] ANY,
    other [6] IMPLICIT OCTET STRING }
  Place ::= CHOICE { static Device, dynamic [3] IMPLICIT OCTET STRING }
  Connection ::= [APPLICATION 11] ConnectionChoice
  ConnectionChoice ::= CHOICE {
    call [0] IMPLICIT OCTET STRING, place [1] Place,
    both SEQUENCE { call [0] IMPLICIT OCTET STRING, place [1] Place } }
  Party ::= CHOICE { device Device, notKnown [7] IMPLICIT NULL, restricted [8] IMPLICIT NULL }
  Redirection ::= CHOICE { device Device, notKnown [7] IMPLICIT NULL,
    notRequired [8] IMPLICIT NULL, notSpecified [9] IMPLICIT NULL, restricted [10] IMPLICIT NULL }
  State ::= [APPLICATION 14] IMPLICIT ENUMERATED

  StatusArgument ::= SEQUENCE { status ENUMERATED }
  MonitorArgument ::= SEQUENCE { object Device }
  MonitorResult ::= SEQUENCE { reference [APPLICATION 21] IMPLICIT OCTET STRING, ... }
  StopArgument ::= SEQUENCE { reference [APPLICATION 21] IMPLICIT OCTET STRING }
  MakeCallArgument ::= SEQUENCE { calling Device, called Device,
    auto [3] IMPLICIT ENUMERATED }
  MakeCallResult ::= SEQUENCE { connection Connection, ... }
  AnswerArgument ::= SEQUENCE { connection Connection }
  ClearArgument ::= SEQUENCE { connection Connection }
  SnapshotArgument ::= SEQUENCE { object Device }
  SnapshotResult ::= SEQUENCE { entries [APPLICATION 22] IMPLICIT SEQUENCE OF SnapshotEntry }
  SnapshotEntry ::= SEQUENCE {
    connection Connection, endpoint [3] Party OPTIONAL, compound [0] IMPLICIT States, ... }
  States ::= SEQUENCE OF State

  Report ::= SEQUENCE { reference [APPLICATION 21] IMPLICIT OCTET STRING, group Group }
  Group ::= CHOICE { control [0] Event }
  Event ::= CHOICE {
    cleared [3] IMPLICIT ClearedEvent, delivered [4] IMPLICIT RingEvent,
    established [7] IMPLICIT RingEvent, failed [8] IMPLICIT RingEvent,
    reached [11] IMPLICIT RingEvent, originated [13] IMPLICIT OriginatedEvent,
    initiated [16] IMPLICIT InitiatedEvent }
  RingEvent ::= SEQUENCE {
    connection Connection, subject [APPLICATION 3] Party, calling [APPLICATION 1] Party,
    called [APPLICATION 2] Party, redirection [APPLICATION 4] Redirection,
    state State OPTIONAL, cause ENUMERATED OPTIONAL, ... }
  OriginatedEvent ::= SEQUENCE {
    connection Connection, calling [APPLICATION 3] Party, called [APPLICATION 2] Party,
    state State OPTIONAL, cause ENUMERATED OPTIONAL, ... }
  InitiatedEvent ::= SEQUENCE {
    connection Connection, subject [APPLICATION 3] Party, called [APPLICATION 2] Party OPTIONAL,
    state State OPTIONAL, cause ENUMERATED OPTIONAL, ... }
  ClearedEvent ::= SEQUENCE {
    connection Connection, subject [APPLICATION 3] Party, state State OPTIONAL,
    cause ENUMERATED OPTIONAL, ... }
NOTATION

sub type { my ($name) = @_; return $asn->find($name) // die "no type $name"; }
sub encode {
  my ($name, $value) = @_;
  my $type = type($name);
  return $type->encode($value) // die "$name: " . $type->error;
}
sub decode {
  my ($name, $octets) = @_;
  my $type = type($name);
  return $type->decode($octets) // die "$name: " . $type->error . ' in ' . unpack('H*', $octets);
}
sub bits { my ($octets, $count) = @_; return [$octets, $count]; }
sub device { my ($number) = @_; return { id => { dialingNumber => $number } }; }

sub party {
  my ($party) = @_;
  return $party->{device}{id}{dialingNumber} // (keys %$party)[0];
}

my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Proto => 'tcp')
  or die "no connection: $!";
my $buffer = '';
my @waiting;
my $next_id = 1;
my $reference = '';
local $SIG{ALRM} = sub { die "nothing within $wait_seconds seconds\n" };

# What stands before a PDU, by the framing: a template, and what is added to the length.
my %heads = (len16 => [sub { pack 'n', $_[0] }, 2], hipath3 => [sub { pack 'Cn', 0x26,
  0x8000 + $_[0] }, 3], none => [sub { '' }, 0]);
my ($head, $head_octets) = @{ $heads{$framing} // die "no framing $framing\n" };

sub send_pdu {
  my ($pdu) = @_;
  $socket->print($head->(length $pdu) . $pdu);
  $socket->flush;
}

# Octets of the PDU that the buffer begins with, behind its head; undefined: not yet known.
sub pdu_octets {
  return undef if length $buffer < $head_octets + 2;
  my $start = substr $buffer, 0, $head_octets;
  return unpack('n', $start) if $framing eq 'len16';
  return unpack('n', substr $start, 1) - 0x8000 if $framing eq 'hipath3';
  my $octet = ord substr $buffer, 1, 1;
  return 2 + $octet if $octet < 0x80;
  my $count = $octet - 0x80;
  return undef if length $buffer < 2 + $count;
  my $length = 0;
  $length = $length * 256 + ord $_ for split //, substr $buffer, 2, $count;
  return 2 + $count + $length;
}

sub receive {
  alarm $wait_seconds;
  while (1) {
    my $octets = pdu_octets();
    if (defined $octets && length $buffer >= $head_octets + $octets) {
      my $pdu = substr $buffer, $head_octets, $octets;
      substr($buffer, 0, $head_octets + $octets) = '';
      alarm 0;
      return $pdu;
    }
    my $count = sysread $socket, $buffer, 4096, length $buffer;
    die "the connection is closed\n" unless $count;
  }
}

# The next operation, with what every application must do by itself done.
sub next_operation {
  while (1) {
    my $operation = decode('Operation', receive());
    my $invoke = $operation->{invoke};
    return $operation unless defined $invoke && $invoke->{operation} == 211;
    my $status = decode('StatusArgument', $invoke->{argument})->{status};
    print "status $status\n";
    send_pdu(encode('Operation', { result => { id => $invoke->{id},
      done => { operation => 211, value => pack('H*', '0500') } } }));
  }
}

sub ask {
  my ($code, $argument) = @_;
  my $id = $next_id++;
  send_pdu(encode('Operation', { invoke => { id => $id, operation => $code,
    argument => $argument } }));
  while (1) {
    my $operation = next_operation();
    if (my $invoke = $operation->{invoke}) { push @waiting, $invoke; next; }
    if (my $error = $operation->{error}) {
      print "error $code " . unpack('H*', $error->{parameter}) . "\n";
      exit 1;
    }
    my $result = $operation->{result} // die "rejected\n";
    die "an answer to another request\n" unless $result->{id} == $id;
    die "an answer of another operation\n" unless $result->{done}{operation} == $code;
    return $result->{done}{value};
  }
}

# Events until one of this name.
sub until_event {
  my ($wanted) = @_;
  while (1) {
    my $invoke = shift(@waiting) // next_operation()->{invoke} // die "no event\n";
    die "operation $invoke->{operation}\n" unless $invoke->{operation} == 21;
    my $report = decode('Report', $invoke->{argument});
    my ($name) = keys %{ $report->{group}{control} };
    my $event = $report->{group}{control}{$name};
    my @said = map { defined $event->{$_} ? "$_=" . party($event->{$_}) : () }
      qw(subject calling called);
    push @said, "state=$event->{state}" if defined $event->{state};
    die "an event of another monitor\n" unless $report->{reference} eq $reference;
    print join(' ', 'event', $name, @said, "cause=$event->{cause}"), "\n";
    return $event if $name eq $wanted;
  }
}

send_pdu(encode('AARQ', {
  context => '1.3.12.0.218', requirements => bits(pack('C', 0x80), 2),
  authentication => { other => { single => {
    sender => { name => $user, password => $password } } } },
  information => [{ single => encode('Information',
    { versions => bits(pack('C2', 0x38, 0), 16) }) }],
}));
my $answer = decode('AARE', receive());
print "associated $answer->{result} $answer->{context}\n";
exit 1 unless $answer->{result} == 0;
my $versions = decode('Information', $answer->{information}[0]{single})->{versions};
print 'version ', unpack('B*', $versions->[0]), "\n";

$reference = decode('MonitorResult',
  ask(71, encode('MonitorArgument', { object => device($device) })))->{reference};
print "monitored\n";
my $call = decode('MakeCallResult', ask(10, encode('MakeCallArgument',
  { calling => device($device), called => device($called), auto => 1 })))->{connection};
print 'called from ', $call->{both}{place}{static}{id}{dialingNumber}, "\n";
my $delivered = until_event('delivered');
ask(2, encode('AnswerArgument', { connection => $delivered->{connection} }));
print "answered\n";
until_event('established');
my $snapshot = decode('SnapshotResult',
  ask(74, encode('SnapshotArgument', { object => device($device) })));
print join(' ', 'snapshot', map { party($_->{endpoint}) . ' ' . join(',', @{ $_->{compound} }) }
  @{ $snapshot->{entries} }), "\n";
my $mine = $snapshot->{entries}[0]{connection};
ask(5, encode('ClearArgument', { connection => $mine }));
print "clearing\n";
until_event('cleared');
ask(73, encode('StopArgument', { reference => $reference }));
print "monitor stopped\n";
send_pdu(encode('Release', { request => { reason => 0 } }));
my $released = decode('Release', receive());
print "released $released->{response}{reason}\n";
