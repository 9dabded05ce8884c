A small table
for the tests
of the reader
2 Cu Zr
