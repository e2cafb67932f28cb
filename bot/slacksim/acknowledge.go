package slacksim

import "encoding/json"

// handleFrame reads a frame that the app sent as an acknowledgement. One above 20
// KB is lost, and so is one in several WebSocket frames, which Slack does not
// reassemble.
func (ds *deliveries) handleFrame(c *connection, frame []byte, whole bool) {
	record := Call{At: ds.cfg.Clock.Now(), Method: viaAck, Bytes: int64(len(frame)), Args: map[string]string{"frame": string(frame)}}
	var ack struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	switch err := json.Unmarshal(frame, &ack); {
	case ds.faults.fires(faultAckLost):
		record.Error = "lost on the way"
	case !whole:
		record.Error = "lost: in several frames"
	case len(frame) > maxAckFrame:
		record.Error = "lost: more than 20 KB"
	case err != nil || ack.EnvelopeID == "":
		record.Error = "not an acknowledgement"
	case ds.onOtherSocket(c, ack.EnvelopeID) && ds.faults.fires(faultAckElsewhere):
		record.Error = "lost: on another socket"
	default:
		ds.recordAck(record, ack.EnvelopeID, ack.Payload)
		return
	}
	ds.traffic.record(record)
}

// onOtherSocket reports whether an envelope was sent to another socket than c.
func (ds *deliveries) onOtherSocket(c *connection, envelope string) bool {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	d := ds.byEnvelope[envelope]
	return d != nil && d.conn != c
}

// recordAck applies an acknowledgement from any socket and records it. Both happen
// under one lock, so that the record has it as soon as its effect can be seen.
func (ds *deliveries) recordAck(record Call, envelope string, payload json.RawMessage) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	record.Error = ds.applyAck(envelope, payload)
	ds.traffic.recordLocked(record)
}

// applyAck applies an acknowledgement and returns what is wrong with it; mu is
// held.
func (ds *deliveries) applyAck(envelope string, payload json.RawMessage) string {
	d := ds.byEnvelope[envelope]
	if d == nil {
		return "no such envelope"
	}
	if !d.ackedAt.IsZero() {
		return "acknowledged before"
	}
	d.stopTimer()
	d.ackedAt = ds.cfg.Clock.Now()
	if d.event != nil && d.event.ackedAt.IsZero() {
		d.event.ackedAt = d.ackedAt // also if late: no retry is needed
	}
	ds.touch()
	switch {
	case d.failure != "":
		d.late = true
		return "late"
	case d.onAck == nil:
		return ""
	}
	if refused := d.onAck(payload); refused != nil {
		d.ackRefused = refused.code
		return refused.code
	}
	return ""
}
