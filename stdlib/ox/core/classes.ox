(ns ox.core.classes
  "The classes that Clojure's programs know of the types of values, as symbols without package."
  (:require [ox.core.native :refer :all]))

(def ^:no-doc class-chains
  "For each type, as `type-name` gives it, its classes from the most specific to the most general: the
  order in which the implementation of a protocol is looked for."
  {'Long '[Long Comparable Number Object]
   'BigInt '[BigInt IHashEq Number Object]
   'Ratio '[Ratio Comparable Number Object]
   'Double '[Double Comparable Number Object]
   'BigDecimal '[BigDecimal Comparable Number Object]
   'Boolean '[Boolean Comparable Object]
   'String '[String Comparable CharSequence Object]
   'Character '[Character Comparable Object]
   'Keyword '[Keyword IFn Callable Runnable Comparable Named IHashEq Object]
   'Symbol '[Symbol IObj IMeta Comparable Named IHashEq AFn IFn Callable Runnable Object]
   'PersistentVector '[PersistentVector IObj IMeta IEditableCollection IReduce IReduceInit IKVReduce APersistentVector IPersistentVector Associative IPersistentCollection Seqable ILookup Sequential IPersistentStack Reversible Indexed Counted Iterable List Collection RandomAccess Comparable IHashEq AFn IFn Callable Runnable Object]
   'MapEntry '[MapEntry AMapEntry IMapEntry Entry APersistentVector IPersistentVector Associative IPersistentCollection Seqable ILookup Sequential IPersistentStack Reversible Indexed Counted Iterable List Collection RandomAccess Comparable IHashEq AFn IFn Callable Runnable Object]
   'PersistentHashMap '[PersistentHashMap IEditableCollection IObj IMeta IMapIterable IKVReduce APersistentMap IPersistentMap Iterable Associative IPersistentCollection Seqable ILookup Counted Map MapEquivalence IHashEq AFn IFn Callable Runnable Object]
   'PersistentHashSet '[PersistentHashSet IObj IMeta IEditableCollection APersistentSet IPersistentSet IPersistentCollection Seqable Counted Collection Iterable Set IHashEq AFn IFn Callable Runnable Object]
   'PersistentTreeMap '[PersistentTreeMap IObj IMeta IKVReduce Reversible Sorted APersistentMap IPersistentMap Iterable Associative IPersistentCollection Seqable ILookup Counted Map MapEquivalence IHashEq AFn IFn Callable Runnable Object]
   'PersistentTreeSet '[PersistentTreeSet IObj IMeta Reversible Sorted APersistentSet IPersistentSet IPersistentCollection Seqable Counted Collection Iterable Set IHashEq AFn IFn Callable Runnable Object]
   'PersistentQueue '[PersistentQueue IPersistentList Sequential IPersistentStack IPersistentCollection Seqable Collection Iterable Counted IHashEq IObj IMeta Object]
   'PersistentList '[PersistentList IPersistentList Sequential IPersistentStack IPersistentCollection Seqable IReduce IReduceInit List Collection Iterable Counted ASeq ISeq IHashEq IObj IMeta Object]
   'Cons '[Cons ASeq ISeq IPersistentCollection Seqable Sequential List Collection Iterable IHashEq IObj IMeta Object]
   'LazySeq '[LazySeq ISeq IPersistentCollection Seqable Sequential List Collection Iterable IPending IHashEq IObj IMeta Object]
   'Range '[Range Counted ISeq IPersistentCollection Seqable Sequential IReduce IReduceInit ASeq List Collection Iterable IHashEq IObj IMeta Object]
   'Seq '[Seq ISeq IPersistentCollection Seqable Sequential Counted ASeq List Collection Iterable IHashEq IObj IMeta Object]
   'Fn '[Fn IObj IMeta Comparator AFn IFn Callable Runnable Object]
   'Var '[Var IFn Callable Runnable IRef IDeref Settable ARef AReference IReference IMeta Object]
   'Date '[Date Comparable Object]
   'UUID '[UUID Comparable Object]
   'Pattern '[Pattern Object]
   'Atom '[Atom IAtom2 IAtom ARef IRef IDeref AReference IReference IMeta Object]
   'Volatile '[Volatile IDeref Object]
   'Delay '[Delay IDeref IPending Object]
   'Promise '[Promise IPending IBlockingDeref IDeref IFn Callable Runnable IObj IMeta Object]
   'Future '[Future IPending IBlockingDeref IDeref IObj IMeta Object]
   'Reduced '[Reduced IDeref Object]
   'TaggedLiteral '[TaggedLiteral ILookup Object]})

(def ^:no-doc superclasses
  "Classes that are of no type alone, and theirs."
  {'Number ['Object] 'CharSequence ['Object] 'Named ['Object]
   'RuntimeException '[Exception Throwable Object] 'Exception '[Throwable Object] 'Error '[Throwable Object]
   'Throwable ['Object] 'ExceptionInfo '[RuntimeException Exception Throwable Object]})
