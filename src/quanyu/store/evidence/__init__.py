"""Evidence: an append-only Merkle log of what was promised, known, decided and paid.

Takes  records as canonical bytes, and a connection within the caller's transaction.
Gives  leaves, tiles, signed heads, proofs, codes, and what an independent verifier holds against them.
Never  changes or removes a leaf, keeps a private key in the database, reads the clock.

    rule      what is hashed: canonical bytes, leaf, node, and the text of a head; all that both sides share
    columns   the same bytes from columns
    tree      grows the tree and makes proofs                  writer's side, no storage
    head      keys in files, signed heads                      writer's side
    tables    the tables                                       writer's side
    log       the tree kept in PostgreSQL                      writer's side
    sql       the caller's connection and transaction          writer's side
    derive    records read again from the rows of the book     between the sides
    proof     checks inclusion and consistency                 stranger's side
    note      reads signed heads                               stranger's side
    verify    the whole log against its heads                  stranger's side
    code      the code on a certificate                        stranger's side
    bundle    one record, its proof and a head in a file       stranger's side
    discrepancy  what does not agree, and why                  stranger's side
"""
