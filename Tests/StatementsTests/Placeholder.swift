// StatementsTests
