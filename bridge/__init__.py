"""Forward protocol in, Loggly out, and an ack only when Loggly has the events.

The protocol (`framing`, `connection`, `handshake`, `entries`) and the decisions (`batch`, `retry`, `receipts`) are pure:
bytes and numbers in, bytes and numbers out. The shells around them (`server`, `delivery`, `loggly`, `admin`) are
thin. What an event means is none of the bridge's business: `audit` knows.
"""
