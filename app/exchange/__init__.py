"""Exchange: what the provincial system receives — record definitions, lists, ordered feed, snapshots.

Owns `client_reading`. One definition per resource (`seeds/exchange/<partner>/<version>.yaml`) and one record builder
serve every transport; one scope function per resource makes list, single record, feed, snapshot and count agree;
a snapshot plus the feed after its position is the state, always; an export is journalled and never fed.
"""
