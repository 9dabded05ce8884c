A small table
for the tests
of the reader
