// SPDX-License-Identifier: GPL-3.0-or-later

// Package link is the workload's end of the protocol (docs/protocol.md): one JSON object a message.
// For one goroutine.
package link

import (
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

const messageMax = 128 * 1024

// ErrClosed says that the rig is gone.
var ErrClosed = errors.New("the rig has closed its end")

// Link has a descriptor, which it does not own.
type Link struct {
	Fd int
}

// New makes fd blocking, and keeps it from children.
func New(fd int) (*Link, error) {
	kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil {
		return nil, fmt.Errorf("descriptor %d is not a socket: %w", fd, err)
	}
	if kind != unix.SOCK_SEQPACKET {
		return nil, fmt.Errorf("descriptor %d is a socket of type %d; it must be SOCK_SEQPACKET", fd, kind)
	}
	if err := unix.SetNonblock(fd, false); err != nil {
		return nil, fmt.Errorf("descriptor %d: cannot make it block: %w", fd, err)
	}
	unix.CloseOnExec(fd)
	return &Link{fd}, nil
}

// Send a message, waiting for room, and with it descriptors, which stay the caller's.
func (l *Link) Send(message any, fds ...int) error {
	var control []byte
	if len(fds) > 0 {
		control = unix.UnixRights(fds...)
	}
	text, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("a message to the rig: %w", err)
	}
	if len(text) > messageMax {
		return fmt.Errorf("a message of %d bytes to the rig; at most %d are allowed", len(text), messageMax)
	}
	for {
		err = unix.Sendmsg(l.Fd, text, control, nil, unix.MSG_NOSIGNAL)
		if err != unix.EINTR {
			break
		}
	}
	if err == unix.EPIPE || err == unix.ECONNRESET {
		return ErrClosed
	}
	if err != nil {
		return fmt.Errorf("a message of %d bytes to the rig: %w", len(text), err)
	}
	return nil
}

// Progress sends how far the load has come, without waiting: where the rig does not read, it is dropped.
func (l *Link) Progress(atNs int64, completed uint64) {
	text := fmt.Appendf(nil, `{"type":"progress","at_ns":%d,"completed":%d}`, atNs, completed)
	_ = unix.Send(l.Fd, text, unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT)
}

// Drop the next message, where there is one.
func (l *Link) Drop() { _, _, _ = unix.Recvfrom(l.Fd, nil, unix.MSG_DONTWAIT) }

// Receive waits for the next message, which must be of a type ("": none may come); flags are recvmsg(2)'s. passed is the first
// descriptor
// that came with it, or -1; all others are closed. The bytes are the caller's.
func (l *Link) Receive(kind string, flags int) (message []byte, passed int, err error) {
	message, control := make([]byte, messageMax), make([]byte, unix.CmsgSpace(4*4))
	var n, controlLen, state int
	for {
		n, controlLen, state, _, err = unix.Recvmsg(l.Fd, message, control, flags|unix.MSG_CMSG_CLOEXEC)
		if err != unix.EINTR {
			break
		}
	}
	if err == unix.ECONNRESET || (err == nil && n == 0) {
		return nil, -1, ErrClosed
	}
	if err != nil {
		return nil, -1, fmt.Errorf("cannot receive from the rig: %w", err)
	}
	passed = takeDescriptors(control[:controlLen])
	if state&unix.MSG_TRUNC != 0 {
		return nil, -1, fmt.Errorf("a message is longer than %d bytes", messageMax)
	}
	if kind == "" {
		return nil, -1, errors.New("a message came; wait for `done`")
	}
	var head struct{ Type string }
	if err := json.Unmarshal(message[:n], &head); err != nil {
		err = fmt.Errorf("waiting for `%s`: the message is not JSON: %w", kind, err)
		return nil, -1, err
	}
	if head.Type != kind {
		return nil, -1, fmt.Errorf("waiting for `%s`: the message's type is %q; send `%s` first", kind, head.Type, kind)
	}
	return message[:n], passed, nil
}

func takeDescriptors(control []byte) int {
	passed := -1
	messages, _ := unix.ParseSocketControlMessage(control)
	for i := range messages {
		fds, _ := unix.ParseUnixRights(&messages[i])
		for _, fd := range fds {
			if passed < 0 {
				passed = fd
			} else {
				_ = unix.Close(fd)
			}
		}
	}
	return passed
}
